/** Lines to copy for a topic: pairs of a name and a command. */
export function snippets(topic, http, grpc) {
  const request = `{"topics":["${topic}"]}`;
  return [
    ['server-sent events', `curl -N '${http}/events/${topic}'`],
    ['NDJSON', `curl -N '${http}/streams/${topic}'`],
    ['gRPC (grpcurl)', `grpcurl -plaintext -d '${request}' ${grpc} weir.v1.EventStreams/Subscribe`],
    [
      'gRPC (buf)',
      `buf curl --protocol grpc --http2-prior-knowledge -d '${request}' http://${grpc}/weir.v1.EventStreams/Subscribe`,
    ],
    ['publish', `curl -d '{"hello":"world"}' '${http}/topics/${topic}/events'`],
  ];
}
