/** The log of a replica, and how it notices that some of it is lost. */
package org.tagma.replica.storage.log;
