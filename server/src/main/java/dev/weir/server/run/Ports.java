package dev.weir.server.run;

import dev.weir.server.config.Config;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Asks for a port before anything is started, so that the answer is one clear message. */
public final class Ports {

    private Ports() {}

    /**
     * Checks every port of a server.
     *
     * @param at where it is to listen
     * @throws CannotStart one of them can't be listened on
     */
    public static void requireFree(Config.Listeners at) {
        requireFree("--http-port", "--bind", at.bind(), at.http());
        requireFree("--grpc-port", "--bind", at.bind(), at.grpc());
        at.admin().ifPresent(port -> requireFree("--admin-port", "admin-bind", at.adminBind(), port));
    }

    /**
     * Checks that a port can be listened on. Does not block for long.
     *
     * @param portOption what to change if the port is taken
     * @param bindOption what to change if the address is none of this host
     * @param bind the address
     * @param port the port; 0 is always free
     * @throws CannotStart it can't
     */
    public static void requireFree(String portOption, String bindOption, String bind, int port) {
        InetSocketAddress address = new InetSocketAddress(bind, port);
        if (address.isUnresolved()) {
            throw new CannotStart(bind + " is no address of this host; choose another " + bindOption);
        }
        try (ServerSocket anyPort = new ServerSocket()) {
            anyPort.bind(new InetSocketAddress(bind, 0), 1);
        } catch (IOException elsewhere) {
            throw new CannotStart(bind + " is no address of this host; choose another " + bindOption);
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(address, 1);
        } catch (IOException taken) {
            throw new CannotStart("cannot listen on " + bind + ":" + port + " (" + taken.getMessage()
                    + "); stop what uses it, or choose another " + portOption);
        }
    }
}
