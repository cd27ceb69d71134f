/** What scripted attacks cost a group near saturation. */
package org.tagma.simulator.attack;
