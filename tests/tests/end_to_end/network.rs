//! Nodes that meet over either transport, on the local network, and under a new key.
//! Knows the programs from outside.
//! Specified in specs/protocol.md §13.1 and §13.6.

use super::faults::{Ground, code, head, started, wait_for};
use lachan_tests::home::Home;
use std::path::Path;
use std::process::{Child, Command, Stdio};

const QUIC: &str = "/ip4/127.0.0.1/udp/0/quic-v1";

fn peers(node: &Home) -> u64 {
    let status = node.run(&["status"]);
    status.map_or(0, |status| status["peers"].as_u64().unwrap_or(0))
}

/// Changes the settings of a node that does not run.
fn set(node: &Home, from: &str, to: &str) {
    let file = node.folder().join("node.toml");
    let text = std::fs::read_to_string(&file).expect("the settings");
    assert!(text.contains(from), "{from}");
    std::fs::write(&file, text.replace(from, to)).expect("the settings");
}

#[test]
fn a_log_goes_from_node_to_node_and_to_a_client_over_either_transport() {
    let ground = Ground::new();
    let office = started(&ground.office);
    let first = ground.relay("first", &["--listen", QUIC, "--peer", office.address()]);
    let first_running = started(&first);
    let [tcp, quic] = first_running.addresses() else {
        panic!("two addresses: {:?}", first_running.addresses());
    };
    assert!(
        tcp.contains("/tcp/") && quic.contains("/quic-v1/"),
        "{tcp} {quic}"
    );
    let second = ground.relay("second", &["--peer", quic]);
    // it knows the first over QUIC alone
    set(&second, "discovery = true", "discovery = false");
    set(
        &second,
        "private-addresses = true",
        "private-addresses = false",
    );
    let _second = started(&second);
    wait_for("the log over QUIC", || {
        head(&second) == head(&ground.office)
    });
    let client = ground.client("client");
    for from in [tcp, quic] {
        let synced = client
            .run(&["sync", "--from", from])
            .expect("a node that answers");
        assert_eq!(synced["authorities"][0]["behind"], false);
    }
    let network = || first.run(&["status"]).expect("a status")["network"].clone();
    // counted twice a second
    wait_for("two connections", || {
        network()["connections"].as_u64() >= Some(2)
    });
    assert_eq!(network()["refused"]["malformed"], 0);
}

#[test]
fn a_rotated_key_gives_a_new_peer_id_and_whoever_knows_it_comes_back() {
    let ground = Ground::new();
    let office = started(&ground.office);
    let relay = ground.relay("relay", &["--peer", office.address()]);
    let running = started(&relay);
    assert_eq!(code(relay.run(&["rotate-key"])), "Home::InUse");
    let before = running.address().to_owned();
    assert!(running.stop());
    let rotated = relay.run(&["rotate-key"]).expect("a new key");
    let (old, new) = (&rotated["old"], &rotated["peer_id"]);
    let id = |address: &str| address.rsplit('/').next().map(str::to_owned);
    assert_eq!(old.as_str().map(str::to_owned), id(&before));
    let running = started(&relay);
    assert_eq!(new.as_str().map(str::to_owned), id(running.address()));
    assert_ne!(old, new);
    // the port is the same: whoever still has the old id finds a stranger
    let client = ground.client("client");
    assert_eq!(
        code(client.run(&["sync", "--from", &before])),
        "Link::Unreachable"
    );
    wait_for("the log", || head(&relay) == head(&ground.office));
    let synced = client.run(&["sync", "--from", running.address()]);
    assert!(synced.is_ok(), "{synced:?}");
}

/// Two nodes in a network of their own, where nobody else hears them; they end when this is dropped.
struct Neighbours(Child);

impl Neighbours {
    fn start(program: &Path, homes: [&Home; 2], clock: &Path) -> Self {
        let script = "
            ip link add v0 type veth peer name v1 && ip addr add 10.77.0.1/24 dev v0
            ip link set lo up && ip link set v0 up && ip link set v1 up && ip route add default via 10.77.0.2
            exec 3<&0
            \"$1\" run --home \"$2\" --clock \"$4\" --until-stdin-closes <&3 &
            \"$1\" run --home \"$3\" --clock \"$4\" --until-stdin-closes <&3 &
            wait";
        let child = Command::new("unshare")
            .args(["-rn", "sh", "-c", script, "sh"])
            .args([program, homes[0].folder(), homes[1].folder(), clock])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Self(child.expect("unshare starts"))
    }
}

impl Drop for Neighbours {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// Whether a network of its own can be made; loud when it cannot.
fn has_namespaces() -> bool {
    let script = "ip link add v0 type veth peer name v1";
    let made = Command::new("unshare")
        .args(["-rn", "sh", "-c", script])
        .stderr(Stdio::null())
        .status();
    let has = made.is_ok_and(|status| status.success());
    let required = std::env::var("LACHAN_REQUIRE").unwrap_or_default();
    assert!(
        has || !required.split(',').any(|one| one == "netns"),
        "LACHAN_REQUIRE=netns, and no network namespace can be made"
    );
    has
}

#[test]
fn neighbours_meet_by_mdns_when_they_are_asked_to_and_not_else() {
    if !has_namespaces() {
        eprintln!("SKIPPED: no network namespace can be made here; mDNS was not tested");
        return;
    }
    let ground = Ground::new();
    let neighbours = |name: &str, mdns: bool| {
        let [one, two] = ["one", "two"].map(|end| {
            let home = ground.relay(&format!("{name}-{end}"), &[]);
            set(&home, "/ip4/127.0.0.1/tcp/0", "/ip4/10.77.0.1/tcp/0");
            // only what mDNS tells is dialed
            set(
                &home,
                "private-addresses = true",
                "private-addresses = false",
            );
            if mdns {
                set(&home, "mdns = false", "mdns = true");
            }
            home
        });
        let running = Neighbours::start(&ground.programs.node, [&one, &two], ground.clock.file());
        wait_for("two nodes that serve", || {
            [&one, &two]
                .iter()
                .all(|home| home.folder().join("ready.json").exists())
        });
        (one, two, running)
    };
    let (one, two, _asked) = neighbours("asked", true);
    wait_for("neighbours", || peers(&one) == 1 && peers(&two) == 1);
    // the control: the same time without mDNS
    let (one, two, _not_asked) = neighbours("not-asked", false);
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert_eq!((peers(&one), peers(&two)), (0, 0));
}
