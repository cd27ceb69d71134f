/** What the commands share: how they end, the options and the screen that several have, processes of replicas. */
package org.tagma.cli.common;
