package org.tagma;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.tagma.network.cluster.ReplicaAddress;
import org.tagma.network.transport.BindFailedException;

/**
 * Finds free ports on the loopback interface for processes that are yet to start. Below the range that operating
 * systems give to outgoing connections, so that none of those takes one in the meantime.
 */
public final class FreePorts {
    private static final int LOWEST = 15_000;
    private static final int HIGHEST = 32_000;
    private static final int MAX_ATTEMPTS = 1_000;

    private FreePorts() {}

    /**
     * So many different addresses.
     *
     * @throws BindFailedException if there are not so many; the next attempt looks elsewhere
     */
    public static List<ReplicaAddress> loopback(int count) {
        List<ReplicaAddress> addresses = new ArrayList<>();
        int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST - MAX_ATTEMPTS);
        for (int attempt = 0; attempt < MAX_ATTEMPTS && addresses.size() < count; attempt++) {
            if (isFree(port + attempt)) {
                addresses.add(new ReplicaAddress("127.0.0.1", port + attempt));
            }
        }
        if (addresses.size() < count) {
            throw new BindFailedException("there are no " + count + " free ports from " + port + " on; try again");
        }
        return addresses;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
