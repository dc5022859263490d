//! `node.toml` as it is written by `init`: every setting, with what it means.
//! Knows texts only.
//! Specified in specs/interfaces.md.

use super::Config;

/// The file for these settings.
pub(super) fn render(config: &Config) -> String {
    let roles: Vec<String> = config.roles.iter().map(|role| text(role.name())).collect();
    let (limits, network) = (config.limits, &config.network);
    format!(
        "\
# Lá Chắn: settings of this node. Every setting stands here; an unknown one is refused.
# Thiết lập của nút này. Mọi thiết lập đều có ở đây; thiết lập lạ bị từ chối.

# What this node is: \"relay\", \"office\", or both. (\"witness\" comes later.)
roles = [{roles}]

# Where it listens. Port 0: the system chooses (and ready.json says which); the port of the last run is tried first.
listen = {listen}

# Nodes that it stays connected with, each with its peer id: \"/ip4/203.0.113.5/tcp/4001/p2p/12D3...\"
# A name may stand in place of the IP address (\"/dns/node.example/tcp/4001/p2p/12D3...\") if it stands for public ones.
peers = {peers}

# A home for tests: it obeys --clock FILE. Never true for a real authority.
test-clock = {test_clock}

[limits]
# Most connections at once, of one peer, and of one prefix (/24 of IPv4, /56 of IPv6).
connections = {connections}
connections-of-a-peer = {of_a_peer}
connections-of-a-prefix = {of_a_prefix}
# What one peer may ask a second in the long run; ten times as much at once. Beyond it: \"busy\".
log-requests-a-second = {log_requests}
sealed-messages-a-second = {sealed}
# All peers of one prefix together may ask as much as so many peers, whoever they say they are.
peers-of-a-prefix = {peers_of_a_prefix}
# No new connection while this process holds more MiB of memory.
memory-mib = {memory}

[network]
# Where others reach this node: [\"/ip4/203.0.113.5/tcp/4001\"]. Nothing: where it listens, if that is public.
announce = {announce}
# Whether further nodes are looked for, by asking nodes for addresses, while fewer than wanted are connected.
discovery = {discovery}
wanted-nodes = {wanted}
# Whether nodes of the local network are looked for by mDNS.
mdns = {mdns}
# Whether private addresses (10.0.0.0/8 and so on) that others name are dialed and told on. The addresses of these
# settings are dialed in any case.
private-addresses = {private}

[relay]
# Offices that sealed messages of venues are handed to, unopened, tried in this order; each with its peer id.
office-at = {office_at}

[office]
# The origin of the authority's log. Names, regions, keys and the clock of its batches stand on the trust list.
origin = {origin}

[witness]
# No settings yet.

[http.public]
# \"IP:PORT\" of the public web listener; nothing for none. Comes later: must be empty.
listen = {public}

[http.panel]
# The staff's panel, on loopback: \"127.0.0.1:8081\". Comes later: must be empty.
listen = {panel}

[http.metrics]
# Figures for Prometheus, on loopback: \"127.0.0.1:9100\". Comes later: must be empty.
listen = {metrics}
",
        roles = roles.join(", "),
        listen = list(&config.listen),
        peers = list(&config.peers),
        test_clock = config.test_clock,
        connections = limits.connections,
        of_a_peer = limits.connections_of_a_peer,
        of_a_prefix = limits.connections_of_a_prefix,
        peers_of_a_prefix = limits.peers_of_a_prefix,
        memory = limits.memory_mib,
        announce = list(&network.announce),
        discovery = network.discovery,
        wanted = network.wanted_nodes,
        mdns = network.mdns,
        private = network.private_addresses,
        log_requests = limits.log_requests_a_second,
        sealed = limits.sealed_messages_a_second,
        office_at = list(&config.relay.office_at),
        origin = text(&config.office.origin),
        public = text(&config.http.public.listen),
        panel = text(&config.http.panel.listen),
        metrics = text(&config.http.metrics.listen),
    )
}

fn text(value: &str) -> String {
    toml::Value::from(value).to_string()
}

fn list(values: &[String]) -> String {
    match values {
        [] => "[]".into(),
        [one] => format!("[{}]", text(one)),
        many => {
            let lines: Vec<String> = many
                .iter()
                .map(|one| format!("  {},\n", text(one)))
                .collect();
            format!("[\n{}]", lines.concat())
        }
    }
}
