/**
 * What a replica keeps for its next incarnation: the ports through which it is reached. The parts below are its data
 * folder, the log, the checkpoints, backups.
 */
package org.tagma.replica.storage;
