/** A replica's data folder: what it keeps for its next incarnation, and how it notices that it has lost some of it. */
package org.tagma.replica.storage;
