/**
 * Traces: what happened in a run, at which process, and because of which messages. A
 * {@link org.tagma.replica.trace.TraceWriter} writes one event a line, in the simulator and in a replica alike;
 * {@link org.tagma.replica.trace.TraceReader} reads one file or merges those of several replicas;
 * {@link org.tagma.replica.trace.Causality} answers what happened before what (Lamport 1978) by vector clocks (Fidge
 * 1988, Mattern 1989).
 */
package org.tagma.replica.trace;
