package dev.weir.transport.grpc;

import dev.weir.Bytes;
import dev.weir.Caller;
import dev.weir.Subscription;
import dev.weir.transport.grpc.v1.SubscribeRequest;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.Metadata;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.Principal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** Reads a request: the fields become the parameters of that name, and all checks and messages are those of every transport. */
final class GrpcRequest {

    private GrpcRequest() {}

    static Subscription subscription(SubscribeRequest request, Caller caller) {
        Map<String, List<String>> given = new LinkedHashMap<>();
        request.getParametersMap().forEach((name, value) -> add(given, name, value));
        if (request.hasFrom()) {
            add(given, "from", request.getFrom());
        }
        if (request.hasAfter()) {
            add(given, "after", request.getAfter());
        }
        if (request.hasLimit()) {
            add(given, "limit", Long.toUnsignedString(request.getLimit()));
        }
        if (request.hasUntil()) {
            add(given, "until", request.getUntil());
        }
        if (request.hasWait()) {
            add(given, "wait", Integer.toUnsignedString(request.getWait()));
        }
        request.getTypeList().forEach(type -> add(given, "type", type));
        request.getKeyList().forEach(key -> add(given, "key", key));
        if (request.hasHeartbeat()) {
            add(given, "heartbeat", Integer.toUnsignedString(request.getHeartbeat()));
        }
        if (request.hasOnGap()) {
            add(given, "on-gap", request.getOnGap());
        }
        if (request.hasSlow()) {
            add(given, "slow", request.getSlow());
        }
        request.getHeadersList().forEach(header -> add(given, "header." + header.getName(), header.getValue()));
        return Subscription.of(
                request.getTopicsList(), given, Bytes.owned(request.getBody().toByteArray()), caller);
    }

    private static void add(Map<String, List<String>> given, String name, String value) {
        given.computeIfAbsent(name, any -> new ArrayList<>()).add(value);
    }

    static Caller caller(Attributes connection, Metadata headers) {
        SocketAddress peer = connection.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
        return new Caller(
                peer == null ? new InetSocketAddress(0) : peer,
                name -> header(headers, name),
                proven(connection.get(Grpc.TRANSPORT_ATTR_SSL_SESSION)));
    }

    private static @Nullable String header(Metadata headers, String name) {
        if (name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
            return null;
        }
        try {
            return headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
        } catch (IllegalArgumentException noName) {
            return null;
        }
    }

    private static Optional<Principal> proven(@Nullable SSLSession session) {
        try {
            return session == null ? Optional.empty() : Optional.of(session.getPeerPrincipal());
        } catch (SSLPeerUnverifiedException unproven) {
            return Optional.empty();
        }
    }
}
