/** Micro-benchmarks of what an operation meets on its way; docs/performance.md says how to run them. */
package org.tagma.benchmarks.micro;
