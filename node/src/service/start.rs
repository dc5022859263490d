//! The beginning of a run: trust list, office, network, mirrors, in the order in which they need each other.
//! Knows how the parts are made; what they do afterwards is theirs.
//! Specified in specs/protocol.md §13 and §14.

use super::heads::Heads;
use super::logs::Logs;
use super::office::{OfficeHome, OfficeHost};
use super::{RunError, Service, catch_up, ports, upkeep};
use crate::config::Role;
use crate::control::server;
use crate::gossip::Gossip;
use crate::home::Home;
use crate::keys::{KeyFolder, KeyName};
use crate::mirror::{MirrorFiles, MirrorTask};
use crate::net::{self, NetEvent, NetSettings, OFFICE_PATIENCE, OfficeDoor, Parts, SealedAsk};
use crate::office::OfficeConfig;
use crate::trust::{self, TrustError};
use lachan_protocol::code::CodeKey;
use lachan_protocol::log::note::{NoteSigner, SignatureType};
use lachan_protocol::trust::{TrustList, TrustedAuthority};
use lachan_shell::clock::Clock;
use lachan_store::create_private_dir;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

/// Sealed messages that wait for the office.
const OFFICE_QUEUE: usize = 64;
/// Reasons that wait for a mirror.
const NUDGES: usize = 64;
/// Events of the network that wait.
const EVENTS: usize = 256;
/// Trust lists that wait.
const LISTS: usize = 8;

/// A node that began.
pub(super) struct Started {
    pub(super) service: Service,
    pub(super) events: mpsc::Receiver<NetEvent>,
    /// The mirrors: they may be dropped at any await.
    pub(super) following: JoinSet<()>,
    pub(super) tasks: JoinSet<()>,
    pub(super) tried: Vec<watch::Receiver<bool>>,
    /// Trust lists that stand in the logs.
    pub(super) lists: mpsc::Receiver<Vec<u8>>,
}

/// Begins.
pub(super) async fn start(home: Home, clock: Clock) -> Result<Started, RunError> {
    upkeep::take_from_logs(home.paths(), &clock)?;
    let (trust, _) = trust::read(home.paths())?;
    if trust.is_expired(clock.now()?) {
        tracing::warn!("the trust list's time is over: install a newer one");
    }
    let keys = KeyFolder::new(home.paths().keys());
    let heads = Heads::default();
    let mut tasks = JoinSet::new();
    let folders = log_folders(&home, &trust)?;

    catch_up::not_behind(&home, &trust).await?;
    let office = open_office(&home, &trust, &keys, &clock, &heads)?;
    let (sealed, sealed_messages) = mpsc::channel::<SealedAsk>(OFFICE_QUEUE);
    let (tell, events) = mpsc::channel(EVENTS);
    let config = home.settings();
    let settings = NetSettings {
        key: keys.seed(KeyName::Network)?,
        listen: ports::wanted(config, home.paths()),
        peers: config
            .peer_addresses()
            .map_err(crate::home::HomeError::Settings)?,
        offices: config
            .office_addresses()
            .map_err(crate::home::HomeError::Settings)?,
        office_patience: OFFICE_PATIENCE,
        limits: config.limits,
        network: config.network.clone(),
        announce: config
            .announced_addresses()
            .map_err(crate::home::HomeError::Settings)?,
        reach: config.network.reach(config.test_clock),
    };
    let parts = Parts {
        clock: clock.clone(),
        events: tell,
        logs: Arc::new(Logs::new(folders.clone())),
        office: office.as_ref().map(|(authority, _)| OfficeDoor {
            authority: authority.id(),
            messages: sealed,
        }),
    };
    let (net, running) = net::start(&settings, Gossip::new(trust.clone()), parts).await?;
    tasks.spawn(async move {
        running.await.ok();
    });
    ports::keep(config, home.paths(), &net.status().addresses);

    let own = office.as_ref().map(|(authority, _)| authority.id());
    let (found, lists) = mpsc::channel(LISTS);
    let mut mirrors = BTreeMap::new();
    let mut following = JoinSet::new();
    let mut tried = Vec::new();
    let has_peers = !settings.peers.is_empty() || !settings.offices.is_empty();
    for authority in trust.authorities() {
        if !config.is(Role::Relay) || own == Some(authority.id()) {
            continue;
        }
        let origin = authority.origin_hash();
        let spool = home.paths().spool();
        let state = spool.join(format!("following-{origin}"));
        let files = MirrorFiles {
            folder: folders[&origin].clone(),
            state,
        };
        let mirror = MirrorTask::open(
            authority,
            trust.policy(),
            files,
            net.clone(),
            heads.clone(),
            clock.clone(),
        )?;
        let mirror = mirror.handing_lists_to(found.clone());
        if has_peers {
            tried.push(mirror.tried());
        }
        let (nudge, nudges) = mpsc::channel(NUDGES);
        following.spawn(mirror.run(nudges));
        mirrors.insert(origin, nudge);
    }
    let office = office.map(|(_, host)| {
        let (commands, asked) = mpsc::channel(server::MOST);
        let summary = host.summary();
        tasks.spawn(host.run(net.clone(), sealed_messages, asked));
        (commands, summary)
    });
    Ok(Started {
        service: Service {
            home,
            clock,
            net,
            heads,
            mirrors,
            office,
        },
        events,
        following,
        tasks,
        tried,
        lists,
    })
}

/// Waits until every mirror has asked a peer.
pub(super) async fn all_tried(tried: Vec<watch::Receiver<bool>>) {
    for mut one in tried {
        // a mirror that ended has nothing more to try
        one.wait_for(|tried| *tried).await.ok();
    }
}

/// The folders of the logs that this node serves: those it mirrors, and its own.
fn log_folders(
    home: &Home,
    trust: &TrustList,
) -> Result<BTreeMap<lachan_protocol::id::OriginHash, PathBuf>, RunError> {
    let mut folders = BTreeMap::new();
    for authority in trust.authorities() {
        let is_own = authority.origin() == home.settings().office.origin;
        if is_own || home.settings().is(Role::Relay) {
            let origin = authority.origin_hash();
            let folder = home.paths().log().join(origin.to_string());
            create_private_dir(&folder)?;
            folders.insert(origin, folder);
        }
    }
    Ok(folders)
}

/// Signs the checkpoints of an office.
pub(crate) fn signer(origin: &str, keys: &KeyFolder) -> Result<NoteSigner, RunError> {
    let key = keys.signing_key(KeyName::Log)?;
    let signer = NoteSigner::new(origin, SignatureType::Ed25519, key);
    Ok(signer.map_err(TrustError::Root)?)
}

fn open_office(
    home: &Home,
    trust: &TrustList,
    keys: &KeyFolder,
    clock: &Clock,
    heads: &Heads,
) -> Result<Option<(TrustedAuthority, OfficeHost)>, RunError> {
    if !home.settings().is(Role::Office) {
        return Ok(None);
    }
    let origin = &home.settings().office.origin;
    let authority = trust
        .authority_of_origin(origin)
        .ok_or_else(|| TrustError::Unlisted {
            origin: origin.clone(),
        })?
        .clone();
    let signer = signer(origin, keys)?;
    let batch = keys.signing_key(KeyName::Batch)?.verifying_key();
    let code = keys.signing_key(KeyName::Code)?.verifying_key();
    let listed = authority
        .code_keys()
        .iter()
        .any(|one| matches!(one, CodeKey::Current { key, .. } if *key == code));
    if signer.vkey() != authority.log_key() || batch != *authority.batch_key() || !listed {
        let origin = origin.clone();
        return Err(TrustError::OtherKeys { origin }.into());
    }
    let office = OfficeHome {
        config: OfficeConfig {
            authority: authority.id(),
            regions: authority.regions().to_vec(),
            tick_seconds: u64::from(authority.clock()),
        },
        keys: keys.clone(),
        list: home.paths().list(),
        log: home.paths().log().join(authority.origin_hash().to_string()),
        signer,
        state: home.paths().state(),
    };
    let host = OfficeHost::open(office, clock.clone(), heads.clone())?;
    Ok(Some((authority, host)))
}
