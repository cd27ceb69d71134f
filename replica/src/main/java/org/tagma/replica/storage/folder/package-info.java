/** The data folder as a whole: its identity, its lock, what is opened and in which order. */
package org.tagma.replica.storage.folder;
