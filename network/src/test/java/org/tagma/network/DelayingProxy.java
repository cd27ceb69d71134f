package org.tagma.network;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Stands before a port of this machine as if it were far away: each byte takes so long, either way. */
final class DelayingProxy implements AutoCloseable {
    private static final int BUFFER_BYTES = 16 * 1024;

    private final int targetPort;
    private final long oneWayMillis;
    private final ServerSocket listener;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService delivery = Executors.newSingleThreadScheduledExecutor();

    DelayingProxy(int targetPort, long oneWayMillis) {
        this.targetPort = targetPort;
        this.oneWayMillis = oneWayMillis;
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() throws IOException {
        while (true) {
            Socket near = listener.accept();
            Socket far = new Socket(InetAddress.getLoopbackAddress(), targetPort);
            sockets.add(near);
            sockets.add(far);
            start(() -> pump(near, far));
            start(() -> pump(far, near));
        }
    }

    private void pump(Socket from, Socket to) throws IOException {
        InputStream in = from.getInputStream();
        byte[] buffer = new byte[BUFFER_BYTES];
        int count = in.read(buffer);
        while (count >= 0) {
            byte[] bytes = Arrays.copyOf(buffer, count);
            later(() -> to.getOutputStream().write(bytes));
            count = in.read(buffer);
        }
        later(to::close);
    }

    private interface Task {
        void run() throws IOException;
    }

    /** Tasks of one delay are done in the order in which they came. */
    private void later(Task task) {
        delivery.schedule(() -> quietly(task), oneWayMillis, TimeUnit.MILLISECONDS);
    }

    private static void start(Task task) {
        Thread thread = new Thread(() -> quietly(task), "delaying-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private static void quietly(Task task) {
        try {
            task.run();
        } catch (IOException e) {
            // One side went away; the other learns of it when it next reads or writes.
        }
    }

    @Override
    public void close() {
        delivery.shutdownNow();
        quietly(listener::close);
        sockets.forEach(socket -> quietly(socket::close));
    }
}
