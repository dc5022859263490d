//! The table of addresses: what may be dialed at which reach, in every dress.
//! Knows the module's doors.
//! Specified in specs/protocol.md §13.1.

use super::*;

/// (host, the reach that it needs; none: never).
const HOSTS: &[(&str, Option<Reach>)] = &[
    // public
    ("/ip4/1.1.1.1", Some(Reach::Public)),
    ("/ip4/100.63.255.255", Some(Reach::Public)),
    ("/ip4/100.128.0.0", Some(Reach::Public)),
    ("/ip4/172.15.0.1", Some(Reach::Public)),
    ("/ip4/172.32.0.1", Some(Reach::Public)),
    ("/ip6/2a00::1", Some(Reach::Public)),
    ("/ip6/2405:4800::1", Some(Reach::Public)),
    // private networks, carriers' NAT, unique local
    ("/ip4/10.0.0.1", Some(Reach::Site)),
    ("/ip4/172.16.0.1", Some(Reach::Site)),
    ("/ip4/172.31.255.255", Some(Reach::Site)),
    ("/ip4/192.168.1.1", Some(Reach::Site)),
    ("/ip4/100.64.0.1", Some(Reach::Site)),
    ("/ip4/100.127.255.255", Some(Reach::Site)),
    ("/ip6/fc00::1", Some(Reach::Site)),
    ("/ip6/fdff::1", Some(Reach::Site)),
    ("/ip6/fec0::1", Some(Reach::Site)),
    // this machine, this link, reserved
    ("/ip4/127.0.0.1", Some(Reach::Anywhere)),
    ("/ip4/127.255.0.9", Some(Reach::Anywhere)),
    ("/ip4/169.254.169.254", Some(Reach::Anywhere)),
    ("/ip4/192.0.0.8", Some(Reach::Anywhere)),
    ("/ip4/192.0.2.1", Some(Reach::Anywhere)),
    ("/ip4/198.18.0.1", Some(Reach::Anywhere)),
    ("/ip4/198.51.100.1", Some(Reach::Anywhere)),
    ("/ip4/203.0.113.5", Some(Reach::Anywhere)),
    ("/ip6/::1", Some(Reach::Anywhere)),
    ("/ip6/fe80::1", Some(Reach::Anywhere)),
    ("/ip6/2001:db8::1", Some(Reach::Anywhere)),
    ("/ip6/3fff::1", Some(Reach::Anywhere)),
    ("/ip6/100::1", Some(Reach::Anywhere)),
    // IPv4 in another dress: mapped, compatible, translated, 6to4; Teredo
    ("/ip6/::ffff:1.1.1.1", Some(Reach::Public)),
    ("/ip6/::ffff:10.0.0.1", Some(Reach::Site)),
    ("/ip6/::ffff:127.0.0.1", Some(Reach::Anywhere)),
    ("/ip6/::ffff:169.254.169.254", Some(Reach::Anywhere)),
    ("/ip6/::127.0.0.1", Some(Reach::Anywhere)),
    ("/ip6/64:ff9b::10.0.0.1", Some(Reach::Site)),
    ("/ip6/64:ff9b::7f00:1", Some(Reach::Anywhere)),
    ("/ip6/64:ff9b:1::1", Some(Reach::Anywhere)),
    ("/ip6/2002:0101:0101::1", Some(Reach::Public)),
    ("/ip6/2002:0a00:0001::1", Some(Reach::Site)),
    ("/ip6/2002:7f00:0001::1", Some(Reach::Anywhere)),
    (
        "/ip6/2001:0:4136:e378:8000:63bf:3fff:fdd2",
        Some(Reach::Anywhere),
    ),
    // nobody's
    ("/ip4/0.0.0.0", None),
    ("/ip4/0.1.2.3", None),
    ("/ip4/224.0.0.251", None),
    ("/ip4/240.0.0.1", None),
    ("/ip4/255.255.255.255", None),
    ("/ip6/::", None),
    ("/ip6/::ffff:0.0.0.0", None),
    ("/ip6/2002:e000:0001::1", None),
    ("/ip6/ff02::fb", None),
    // names are looked up first, and what they stand for is tested
    ("/dns/localhost", None),
    ("/dns4/node.example", None),
    ("/dnsaddr/node.example", None),
];

const PEER: &str = "/p2p/12D3KooWQYV9dGMFoRzNStwpXztXaBUjtPqi6aU76ZgUriHhKust";

fn at(text: &str) -> Multiaddr {
    text.parse().unwrap()
}

#[test]
fn an_address_is_dialed_only_within_reach() {
    for (host, needed) in HOSTS {
        for port in ["/tcp/4001", "/udp/4001/quic-v1"] {
            for peer in ["", PEER] {
                let address = at(&format!("{host}{port}{peer}"));
                for reach in [Reach::Public, Reach::Site, Reach::Anywhere] {
                    let want = needed.is_some_and(|needed| needed <= reach);
                    assert_eq!(is_dialable(&address, reach), want, "{address} {reach:?}");
                }
            }
        }
    }
}

#[test]
fn other_transports_other_ends_and_port_zero_are_never_dialed() {
    for text in [
        "/ip4/1.1.1.1",
        "/ip4/1.1.1.1/tcp/0",
        "/ip4/1.1.1.1/udp/0/quic-v1",
        "/ip4/1.1.1.1/udp/4001",
        "/ip4/1.1.1.1/udp/4001/quic",
        "/ip4/1.1.1.1/tcp/4001/ws",
        "/ip4/1.1.1.1/tcp/4001/ip4/10.0.0.1/tcp/1",
        "/ip4/1.1.1.1/tcp/4001/p2p-circuit",
        "/memory/1",
        "/unix/x",
        PEER,
    ] {
        assert!(!is_dialable(&at(text), Reach::Anywhere), "{text}");
    }
    let through = format!("/ip4/1.1.1.1/tcp/4001{PEER}/p2p-circuit{PEER}");
    assert!(!is_dialable(&at(&through), Reach::Anywhere));
}

#[test]
fn what_a_name_stands_for_must_be_within_reach_and_of_its_family() {
    let name = at(&format!("/dns/node.example/udp/4001/quic-v1{PEER}"));
    let ips = ["10.0.0.1", "1.1.1.1", "::1", "2a00::1", "::ffff:127.0.0.1"];
    let stands_for =
        |name: &Multiaddr, reach| within(name, ips.iter().map(|ip| ip.parse().unwrap()), reach);
    let public = stands_for(&name, Reach::Public).unwrap();
    let end = format!("/udp/4001/quic-v1{PEER}");
    let want = ["/ip4/1.1.1.1", "/ip6/2a00::1"].map(|ip| at(&format!("{ip}{end}")));
    assert_eq!(public, want);
    let four = at(&format!("/dns4/node.example/tcp/1{PEER}"));
    let four = stands_for(&four, Reach::Public).unwrap();
    assert_eq!(four, [at(&format!("/ip4/1.1.1.1/tcp/1{PEER}"))]);
    let rebound = within(
        &name,
        ["10.0.0.1".parse().unwrap()].into_iter(),
        Reach::Public,
    );
    assert_eq!(rebound, Err(LinkError::NameNotInReach));
    let nothing = within(&name, std::iter::empty(), Reach::Public);
    assert_eq!(nothing, Err(LinkError::Unreachable));
}

#[tokio::test]
async fn a_name_that_stands_for_this_machine_is_refused_and_a_written_address_is_taken_as_it_is() {
    let name = at(&format!("/dns4/localhost/tcp/4001{PEER}"));
    let refused = resolve(&name, Reach::Public).await;
    assert_eq!(refused, Err(LinkError::NameNotInReach));
    // the control: without the defence the same name leads here
    let here = at(&format!("/ip4/127.0.0.1/tcp/4001{PEER}"));
    assert_eq!(
        resolve(&name, Reach::Anywhere).await,
        Ok(vec![here.clone()])
    );
    assert_eq!(resolve(&here, Reach::Public).await, Ok(vec![here]));
}
