package org.tagma.simulator.workload;

import org.tagma.core.service.ServiceLimits;

/**
 * What a run may vary of the service and its clients.
 *
 * <p>Immutable.
 *
 * @param limits what the session table holds; the clients have no more requests under way than it keeps replies
 * @param deadlineMillis how long a client waits for an operation before it gives it up; 0 if for longer than any run
 *     takes
 */
public record ServiceSetting(ServiceLimits limits, int deadlineMillis) {

    /** Room for more than a run needs, and clients that do not give up. */
    public static final ServiceSetting USUAL = new ServiceSetting(new ServiceLimits(64, 32), 0);
}
