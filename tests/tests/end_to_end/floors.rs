//! Version floors: what the lock file must hold for the advisories and traps that we know of.
//! Knows names and numbers of packages; does not know what they do.
//! Specified in CONTRIBUTING.md, "How code looks", 10; the reasons stand in Cargo.toml.

use super::rooms::root;

/// What a package in the lock file must be.
enum Floor {
    /// Every copy of it at least this.
    AtLeast(&'static str),
    /// Exactly this.
    Exactly(&'static str),
    /// At least this where it is there; better absent.
    IfThere(&'static str),
}
use Floor::{AtLeast, Exactly, IfThere};

/// (package, floor, why): what RustSec does not list stands here.
const FLOORS: &[(&str, Floor, &str)] = &[
    (
        "bincode",
        Exactly("2.0.1"),
        "the last release that works; RUSTSEC-2025-0141",
    ),
    (
        "curve25519-dalek",
        AtLeast("4.1.3"),
        "RUSTSEC-2024-0344: timing of scalar subtraction",
    ),
    (
        "libp2p",
        AtLeast("0.57.1"),
        "the versions below come with it",
    ),
    (
        "libp2p-gossipsub",
        AtLeast("0.50.1"),
        "PRUNE backoff overflow",
    ),
    ("libp2p-quic", AtLeast("0.13.1"), "comes with libp2p 0.57.1"),
    ("lru", IfThere("0.18.2"), "unsound iterators"),
    (
        "quinn-proto",
        AtLeast("0.11.19"),
        "denial of service by a peer",
    ),
    (
        "ring",
        AtLeast("0.17.14"),
        "AES panic in 0.17.13 and before",
    ),
    (
        "rustls-webpki",
        AtLeast("0.103.13"),
        "name constraints and revocation lists",
    ),
    (
        "sled",
        Exactly("0.34.7"),
        "protocol/store answers the traps of this one",
    ),
    ("yamux", AtLeast("0.13.10"), "window overflow"),
];

/// (package, dependency that it has only with a feature we do not want, why).
const WITHOUT: &[(&str, &str, &str)] = &[(
    "hickory-proto",
    "rustls-pki-types",
    "DNSSEC is on: its checks cost a hostile answer's CPU time",
)];

/// What each `[[package]]` of the name says.
fn packages<'a>(lock: &'a str, name: &str) -> Vec<&'a str> {
    let line = format!("\nname = \"{name}\"\n");
    lock.split("[[package]]")
        .filter(|package| package.contains(&line))
        .collect()
}

fn numbers(version: &str) -> Vec<u64> {
    version
        .split(['.', '-', '+'])
        .map_while(|part| part.parse().ok())
        .collect()
}

/// What is wrong with a lock file.
fn offences(lock: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (name, floor, why) in FLOORS {
        let packages = packages(lock, name);
        if packages.is_empty() && !matches!(floor, IfThere(_)) {
            found.push(format!("{name} is not in the lock file: mend the table"));
        }
        for package in packages {
            let version = package.split("version = \"").nth(1);
            let version = version
                .and_then(|rest| rest.split('"').next())
                .unwrap_or("");
            let holds = match floor {
                AtLeast(wanted) | IfThere(wanted) => numbers(version) >= numbers(wanted),
                Exactly(wanted) => version == *wanted,
            };
            if !holds {
                found.push(format!("{name} {version}: {why}"));
            }
        }
    }
    for (name, dependency, why) in WITHOUT {
        let quoted = format!("\"{dependency}");
        if packages(lock, name)
            .iter()
            .any(|package| package.contains(&quoted))
        {
            found.push(format!("{name} with {dependency}: {why}"));
        }
    }
    found
}

#[test]
fn version_floors_hold_in_the_lock_file() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).expect("the lock file");
    assert_eq!(offences(&lock), Vec::<String>::new());
    for (name, floor, _) in FLOORS {
        let all = packages(&lock, name);
        if all.is_empty() {
            assert!(matches!(floor, IfThere(_)), "{name}");
            continue;
        }
        // one version older than anything: each floor notices
        let old = format!("[[package]]\nname = \"{name}\"\nversion = \"0.0.1\"\n");
        let older = lock.clone() + &old;
        assert_eq!(offences(&older).len(), 1, "{name}");
    }
    let dnssec = lock.clone()
        + "[[package]]\nname = \"hickory-proto\"\nversion = \"0.26.3\"\ndependencies = [\n \"rustls-pki-types\",\n]\n";
    assert_eq!(offences(&dnssec).len(), 1, "DNSSEC is noticed");
    let newer = lock.replace(
        "name = \"bincode\"\nversion = \"2.0.1\"",
        "name = \"bincode\"\nversion = \"3.0.0\"",
    );
    assert_eq!(offences(&newer).len(), 1, "another bincode is noticed");
}
