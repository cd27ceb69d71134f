/** What a replica is set to: how much memory it takes, which threads run it, how its messages are authenticated. */
package org.tagma.replica.settings;
