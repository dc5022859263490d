//! What an auditor is shown of a tick holds: plan, points, paths, approval, certificate.
use crate::desk::{Desk, authority, keys};
use crate::story::FIRST;
use crate::venue::Venue;
use lachan_node::office::SecretName;
use lachan_protocol::crypto::kdf::derive;
use lachan_protocol::crypto::point::Point;
use lachan_protocol::crypto::tree::Hash;
use lachan_protocol::crypto::{aead, tree};
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::exposure::entry::ExposureDetail;
use lachan_protocol::exposure::manifest::{Cause, Manifest, ManifestRecord, ReleaseRecord};
use lachan_protocol::keys::plan::digest_of;
use lachan_protocol::keys::{KeySchedule, ReleasedKey};
use lachan_protocol::label::KdfLabel;
use lachan_protocol::log::proof::verify_inclusion;
use lachan_protocol::office::approval::Statement;
use lachan_protocol::office::poll::registration_leaf;
use lachan_protocol::office::{Approval, Certificate, ItemHash, RequestHash};
use lachan_protocol::time::{UnixTime, Window};
use lachan_protocol::wire::encode;

fn at(window: u32) -> UnixTime {
    Window(FIRST.0 + window).start()
}

/// Opens the manifest of tick 1 as the office would.
fn manifest(desk: &Desk) -> Manifest {
    let disk = desk.disk.0.borrow();
    let key = disk.secrets.iter().find_map(|(name, key)| match name {
        SecretName::Vault(_) => Some(key),
        SecretName::Epoch(_) | SecretName::Prekey(_) => None,
    });
    let key = key.expect("a vault");
    let opened = disk.files.values().find_map(|sealed| {
        let (fresh, sealed) = sealed.split_first_chunk::<32>()?;
        let context = [b"manifest".as_slice(), &1_u64.to_be_bytes()].concat();
        let okm = derive::<44>(KdfLabel::AT_REST, &[key], &[&context, fresh]);
        let (key, nonce) = okm.split_at(32);
        aead::open(
            &key.try_into().expect("32"),
            nonce.try_into().expect("12"),
            &[],
            sealed,
        )
        .ok()
    });
    Manifest::from_bytes(&opened.expect("a manifest is kept")).expect("as it was written")
}

/// Splits points ‖ path of one window, and checks the path.
fn point_in(shown: &[u8], index: u64, count: u64, root: [u8; 32]) -> Point {
    let (hashes, rest) = shown.as_chunks::<32>();
    assert!(rest.is_empty());
    let (point, path) = hashes.split_first().expect("a point");
    let path: Vec<Hash> = path.iter().copied().map(Hash).collect();
    verify_inclusion(&Hash::of_leaf(point), index, count, &path, &Hash(root)).expect("in the plan");
    Point::from_bytes(point).expect("a good point")
}

fn check_release(desk: &Desk, venue: &Venue, key: ReleasedKey, release: &ReleaseRecord) {
    let plan = &venue.plan;
    let backing = &release.backing;
    assert_eq!(*backing.head, *encode(plan.head()));
    let digest = digest_of(plan.head(), &backing.notices_hash, &plan.points_root());
    assert_eq!(digest, plan.digest());
    assert_eq!(
        Some(release.notice.clone()),
        plan.notification_key_of(release.window)
    );

    // The office's points: sums minus the venue's.
    let pairs = venue.registered.points().iter().zip(plan.points());
    let office: Vec<[u8; 32]> = pairs
        .map(|(sum, own)| (sum.as_group() - own.as_group()).compress().0)
        .collect();
    let office_root = tree::root(office.iter().map(<[u8; 32]>::as_slice)).0;
    let index = u64::from(plan.head().index_of(release.window).expect("in the plan"));
    let count = plan.points().len() as u64;
    if plan.head().schedule == KeySchedule::Screen {
        let own = point_in(&backing.venue_points, index, count, plan.points_root());
        let other = point_in(&backing.office_points[0], index, count, office_root);
        let sum = Point::sum([&own, &other]).expect("a good point");
        let base = curve_point(key);
        assert_eq!(sum.to_bytes(), base, "s_w·G = A_w + B_w");
    } else {
        assert_eq!(backing.venue_points.len(), 16 * 32);
        assert_eq!(*backing.office_points[0], *office.as_flattened());
    }

    let root = desk.roots()[0];
    let (head, path) = backing.registration_path.split_at(16);
    let path: Vec<Hash> = path.as_chunks::<32>().0.iter().copied().map(Hash).collect();
    let at = u64::from_be_bytes(head[8..].try_into().expect("8"));
    let leaf = Hash::of_leaf(&registration_leaf(&digest, &[office_root]));
    verify_inclusion(&leaf, at, root.count, &path, &root.root).expect("registered");

    for cause in &*release.causes {
        let Cause::Case(case) = cause else {
            unreachable!("no withdrawal in a first release")
        };
        let issuer = keys().issuer.verifying_key();
        let certificate = Certificate::from_bytes(&case.certificate, &issuer).expect("issued");
        assert_eq!(certificate.authority(), authority());
        assert!(certificate.covers(release.window));
        let own = ExposureDetail::from(case.own).0;
        let item = ItemHash::new(&case.item_salt, release.window, own);
        assert!(case.items.as_slice().contains(&item.0));
        let statement = Statement {
            digest,
            request: RequestHash(case.request_hash),
            commitment: certificate.commitment(&case.commitment_salt),
            items: case
                .items
                .as_slice()
                .iter()
                .copied()
                .map(ItemHash)
                .collect(),
        };
        let approval = Approval(case.approval);
        let verified = approval.verify_statement(&plan.venue_key(), &statement);
        verified.expect("the venue approved this");
    }
}

fn curve_point(key: ReleasedKey) -> [u8; 32] {
    let scalar = lachan_protocol::crypto::point::SecretScalar::from_bytes(&key.to_bytes());
    scalar.expect("not 0").to_point().to_bytes()
}

#[test]
fn everything_behind_a_release_verifies() {
    for schedule in [KeySchedule::Screen, KeySchedule::Sheet] {
        let mut desk = Desk::new();
        for _ in 0..2 {
            Venue::register(&mut desk, KeySchedule::Sheet, FIRST, 24);
        }
        let venue = Venue::register(&mut desk, schedule, FIRST, 37);
        desk.now = at(6);
        desk.ask(venue.id(), at(2), at(5), Advice::StayAtHome)
            .expect("asks");
        venue.approve(&mut desk);
        assert_eq!(desk.tick().expect("due").released, 3);

        let manifest = manifest(&desk);
        let batch = &desk.batches()[0];
        assert_eq!(manifest.root(), batch.head().manifest_root);
        let entries: Vec<_> = batch.entries().collect();
        assert_eq!(entries.len(), manifest.leaves.len());
        let mut released = 0;
        for (entry, leaf) in entries.iter().zip(&manifest.leaves) {
            match &leaf.record {
                ManifestRecord::Decoy(seed) => {
                    assert_eq!(seed.entry(&batch.id()).as_ref(), Some(*entry));
                }
                ManifestRecord::Release(release) => {
                    check_release(&desk, &venue, entry.key, release);
                    released += 1;
                }
                ManifestRecord::Change { .. } | ManifestRecord::Repeat(_) => {
                    unreachable!("the first tick has no earlier scalars")
                }
            }
        }
        assert_eq!(released, 3);
    }
}
