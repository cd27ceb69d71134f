/** What scripted attacks cost a group near saturation. */
package org.tagma.benchmarks.attack;
