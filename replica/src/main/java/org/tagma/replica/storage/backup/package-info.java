/** Backups of a data folder, and the comparison of folders of stopped replicas. */
package org.tagma.replica.storage.backup;
