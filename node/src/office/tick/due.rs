//! What is due at a tick: windows whose shares are there, and that ended half an hour before.
//! Knows shares, plans and cases; sums exist here, for as long as a tick is built.
//! Specified in specs/protocol.md §6.1, §6.6 and §6.7.

use crate::office::core::Office;
use crate::office::io::Files;
use crate::office::records::{CaseFile, CaseItem, Released, Stage};
use crate::office::state::HashList;
use lachan_protocol::crypto::point::Point;
use lachan_protocol::crypto::tree::Hash;
use lachan_protocol::exposure::build::{Change, NewRelease};
use lachan_protocol::exposure::entry::{CaseDetail, DetailMeaning, ExposureDetail};
use lachan_protocol::exposure::history::{ActiveCase, Earlier};
use lachan_protocol::exposure::manifest::{
    CaseCause, Cause, EntryRef, ItemCommitments, ReleaseBacking, certificate_hash,
};
use lachan_protocol::id::{CodeId, RequestId};
use lachan_protocol::keys::plan::Plan;
use lachan_protocol::keys::registered::Registered;
use lachan_protocol::keys::release::combine;
use lachan_protocol::keys::{KeySchedule, KeyShare, ReleasedKey};
use lachan_protocol::office::RequestData;
use lachan_protocol::time::{PUBLICATION_LAG_SECONDS, RETENTION_DAYS, UnixTime, Window};
use lachan_protocol::wire::{DecodeError, Seq8, Seq16, encode};
use std::collections::BTreeMap;

/// What a tick publishes, and which items of which request are done with it.
#[derive(Debug, Default)]
pub(super) struct Due {
    pub(super) releases: Vec<NewRelease>,
    pub(super) changes: Vec<Change>,
    pub(super) done: BTreeMap<RequestId, u64>,
}

/// Published keys: where each first stood, and the cases that count for it.
type Published = BTreeMap<[u8; 32], (EntryRef, Seq8<ActiveCase>)>;

impl<F: Files> Office<F> {
    pub(super) fn due(&mut self, time: UnixTime, registrations: u64) -> Due {
        let published = self.published();
        let mut due = Due::default();
        for (id, venue, released) in self.released() {
            let Some(behind) = self.behind(id, venue) else {
                continue;
            };
            let backing = Backing {
                office: &behind.office_points,
                path: self.path(venue, registrations),
            };
            for index in 0..behind.request.items().len() {
                let window = behind.request.items()[index].window;
                if released.published & (1 << index) != 0 || !is_over(window, time) {
                    continue;
                }
                if is_too_old(window, time) {
                    // No list has its day any more.
                    *due.done.entry(id).or_default() |= 1 << index;
                    continue;
                }
                let Some((key, case)) = self.item(&behind, &released, index) else {
                    continue;
                };
                *due.done.entry(id).or_default() |= 1 << index;
                match published.get(&key.to_bytes()) {
                    None => due
                        .releases
                        .extend(backing.release(&behind, window, key, case)),
                    Some((_, cases)) if counts(cases, &case) => {}
                    Some((first, _)) => due.changes.push(Change {
                        first: *first,
                        cause: Cause::Case(Box::new(case)),
                    }),
                }
            }
        }
        due
    }

    fn published(&self) -> Published {
        let entries = self.state.history.values();
        let keys = entries.filter_map(|entry| match &entry.what {
            Earlier::Decoy(_) => None,
            Earlier::Released { key, cases, .. } => {
                Some((key.to_bytes(), (entry.first, cases.clone())))
            }
        });
        keys.collect()
    }

    /// Requests whose shares wait for a tick.
    fn released(&self) -> Vec<(RequestId, CodeId, Released)> {
        let requests = self.state.requests.iter();
        let released = requests.filter_map(|(id, request)| match &request.stage {
            Stage::Approved(released) if !released.shares.is_empty() => {
                Some((*id, request.venue, released.clone()))
            }
            Stage::Approved(_) | Stage::Declined | Stage::Waiting => None,
        });
        released.collect()
    }

    fn behind(&mut self, id: RequestId, venue: CodeId) -> Option<Behind> {
        let case = self.case_file(id)?;
        let request = self.offered(id)?;
        let registered = self.registered(venue)?;
        let seeds = self.secrets.epochs.get(&registered.plan().head().epoch())?;
        let office_points = seeds.points(registered.plan());
        Some(Behind {
            case,
            request,
            registered,
            office_points,
        })
    }

    /// s_w and the case behind it.
    fn item(
        &self,
        behind: &Behind,
        released: &Released,
        index: usize,
    ) -> Option<(ReleasedKey, CaseCause)> {
        let seeds = &self.secrets.epochs;
        let seeds = seeds.get(&behind.registered.plan().head().epoch())?;
        let window = behind.request.items().get(index)?.window;
        let share = KeyShare::from_bytes(&released.shares.get(index)?.0).ok()?;
        let key = combine(&behind.registered, window, &share, seeds).ok()?;
        let case = case_cause(&behind.case, &behind.request, released, index)?;
        Some((key.release(), case))
    }

    fn path(&self, venue: CodeId, registrations: u64) -> Vec<u8> {
        let index = self.state.plans.get(&venue).map_or(0, |plan| plan.index);
        self.state.tree.path(index, registrations).to_bytes()
    }
}

/// What stands behind a request.
struct Behind {
    case: CaseFile,
    request: RequestData,
    registered: std::sync::Arc<Registered>,
    office_points: Vec<Vec<Point>>,
}

struct Backing<'a> {
    office: &'a [Vec<Point>],
    path: Vec<u8>,
}

impl Backing<'_> {
    fn release(
        &self,
        behind: &Behind,
        window: Window,
        key: ReleasedKey,
        case: CaseCause,
    ) -> Option<NewRelease> {
        let plan = behind.registered.plan();
        Some(NewRelease {
            key,
            window,
            notice: plan.notification_key_of(window)?,
            backing: self.of(plan, window).ok()?,
            cases: vec![case],
        })
    }

    fn of(&self, plan: &Plan, window: Window) -> Result<ReleaseBacking, DecodeError> {
        let office = self.office.iter().map(|points| shown(plan, points, window));
        Ok(ReleaseBacking {
            head: Seq16::new(encode(plan.head()))?,
            notices_hash: plan.notice_secret().commitment(),
            venue_points: shown(plan, plan.points(), window)?,
            office_points: Seq8::new(office.collect::<Result<_, _>>()?)?,
            registration_path: Seq16::new(self.path.clone())?,
        })
    }
}

/// The point of a window and its path in the tree over all points; of a sheet all points.
fn shown(plan: &Plan, points: &[Point], window: Window) -> Result<Seq16<u8>, DecodeError> {
    let bytes: Vec<[u8; 32]> = points.iter().map(Point::to_bytes).collect();
    let index = plan.head().index_of(window).map(u64::from).unwrap_or(0);
    match plan.head().schedule {
        KeySchedule::Sheet => Seq16::new(bytes.into_flattened()),
        KeySchedule::Screen | KeySchedule::Slip => {
            let hashes: Vec<Hash> = bytes.iter().map(|point| Hash::of_leaf(point)).collect();
            let path = HashList(&hashes).path(index, hashes.len() as u64);
            let at = usize::try_from(index).unwrap_or(0);
            let point = bytes.get(at).copied().unwrap_or_default();
            Seq16::new([vec![point], path].concat().into_flattened())
        }
    }
}

fn case_cause(
    case: &CaseFile,
    request: &RequestData,
    released: &Released,
    index: usize,
) -> Option<CaseCause> {
    let CaseItem { salt, detail } = *case.items.get(index)?;
    let items = request.items().iter().map(|item| item.hash.0).collect();
    Some(CaseCause {
        own: own(detail)?,
        request_hash: request.hash().0,
        items: ItemCommitments::new(items).ok()?,
        approval: released.approval.0,
        item_salt: salt,
        certificate: case.certificate,
        commitment_salt: case.commitment_salt,
    })
}

fn own(detail: u64) -> Option<CaseDetail> {
    match ExposureDetail(detail).meaning() {
        DetailMeaning::Minutes(detail) => Some(detail),
        DetailMeaning::TimeUnknown | DetailMeaning::Withdrawn => None,
    }
}

/// Whether a case counts for a key already: a crash came between the tick and the mark on the request.
fn counts(cases: &[ActiveCase], case: &CaseCause) -> bool {
    let certificate = certificate_hash(&case.certificate);
    cases.iter().any(|known| known.certificate == certificate)
}

fn is_over(window: Window, time: UnixTime) -> bool {
    window.end().plus(PUBLICATION_LAG_SECONDS) <= time
}

fn is_too_old(window: Window, time: UnixTime) -> bool {
    let oldest = time.day().0.saturating_sub(RETENTION_DAYS);
    window.day().is_none_or(|day| day.0 < oldest)
}
