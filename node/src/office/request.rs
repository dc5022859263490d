//! A release request by staff: hours as windows, minutes as a mask that the venue never sees.
//! Knows the case it opens; does not know the ill person.
//! Specified in specs/protocol.md §11.1 to §11.4.

use crate::office::core::Office;
use crate::office::io::{Change, FileHash, Files, Output, Requested};
use crate::office::records::{CaseFile, CaseItem, RequestState, Stage};
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::exposure::entry::{CaseDetail, ExposureDetail, MinuteMask};
use lachan_protocol::id::{CodeId, RequestId};
use lachan_protocol::keys::budget::{ReleaseBudget, ReleaseError, window_is_over};
use lachan_protocol::keys::epoch::Epoch;
use lachan_protocol::keys::plan::PlanHead;
use lachan_protocol::office::request::MOST_ITEMS;
use lachan_protocol::office::{
    Certificate, ItemHash, ReportCode, RequestData, RequestDraft, RequestItem,
};
use lachan_protocol::time::{DAY_SECONDS, UnixTime, WINDOW_SECONDS, Window};
use lachan_protocol::wire::{Message, Seq8, Seq16};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// A request is on offer for so many days.
pub const DAYS_ON_OFFER: u64 = 7;

/// Why the office does not ask a venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequestRefusal {
    /// Departure is not after arrival.
    #[error("the time has no minute")]
    EmptyTime,
    /// A certificate of today does not cover this window.
    #[error("window {0} lies outside the 14 days before the test")]
    NotCovered(Window),
    /// The plan, its files or its month's keys are gone.
    #[error("what is needed of the plan is gone")]
    PlanGone,
    /// Not in the plan, not over, or beyond the sheet's budget.
    #[error(transparent)]
    Release(#[from] ReleaseError),
    /// More windows than a request has.
    #[error("{0} hours where a request has at most {MOST_ITEMS}")]
    TooManyWindows(u64),
    /// No such plan is registered here.
    #[error("no venue is registered under this id")]
    UnknownVenue,
}

impl<F: Files> Office<F> {
    #[expect(clippy::too_many_arguments, reason = "the fields of one input")]
    pub(super) fn request(
        &mut self,
        venue: CodeId,
        from: UnixTime,
        to: UnixTime,
        advice: Advice,
        now: UnixTime,
        rng: &mut impl CryptoRng,
        outputs: &mut Vec<Output>,
    ) -> Result<Requested, RequestRefusal> {
        if !self.state.plans.contains_key(&venue) {
            return Err(RequestRefusal::UnknownVenue);
        }
        let registered = self.registered(venue).ok_or(RequestRefusal::PlanGone)?;
        let head = registered.plan().head();
        let details = details(from, to, advice)?;
        let windows: Vec<Window> = details.iter().map(|(window, _)| *window).collect();
        self.in_budget(venue, head, &windows, now)?;

        let code = ReportCode::random(rng);
        let certificate = self.certify(&code, now);
        for window in &windows {
            window_is_over(*window, now)?;
            if !certificate.covers(*window) {
                return Err(RequestRefusal::NotCovered(*window));
            }
        }
        let (id, expiry) = (
            RequestId(random(rng)),
            now.plus(DAYS_ON_OFFER * DAY_SECONDS),
        );
        let commitment_salt = random(rng);
        let salted: Vec<(Window, CaseItem)> = details
            .iter()
            .map(|(window, detail)| {
                (
                    *window,
                    CaseItem {
                        salt: random(rng),
                        detail: detail.0,
                    },
                )
            })
            .collect();
        let draft = RequestDraft {
            digest: registered.plan().digest(),
            request: id,
            expiry,
            items: salted.iter().map(|item| to_item(item, advice)).collect(),
            commitment: certificate.commitment(&commitment_salt),
        };
        let request = RequestData::sign(draft, &self.keys.batch)
            .expect("1 to 64 ascending windows and advice of 1 to 7");
        let case = CaseFile {
            request: Seq16::new(request.to_bytes()).expect("a request has at most 2,522 bytes"),
            certificate: certificate_bytes(&certificate),
            commitment_salt,
            items: Seq8::new(salted.iter().map(|(_, item)| *item).collect())
                .expect("at most 64 items"),
        };
        let stored = self.store_request(venue, id, &windows, &case, (now, expiry), rng)?;
        outputs.extend(stored);
        Ok(Requested {
            request: id,
            windows,
            expiry,
        })
    }

    /// Counts what was asked for already: a sheet is never asked for more than its budget.
    fn in_budget(
        &self,
        venue: CodeId,
        head: &PlanHead,
        windows: &[Window],
        now: UnixTime,
    ) -> Result<(), ReleaseError> {
        let asked = self.state.asked(venue, now);
        ReleaseBudget::with_approved(head, asked)
            .approve_all(windows)
            .map(drop)
    }

    /// A small office issues its own certificates; the test is of today.
    fn certify(&self, code: &ReportCode, now: UnixTime) -> Certificate {
        let most = u16::try_from(MOST_ITEMS).expect("64");
        Certificate::issue(
            &self.keys.issuer,
            self.config.authority,
            code,
            now.day(),
            most,
        )
    }

    fn store_request(
        &mut self,
        venue: CodeId,
        id: RequestId,
        windows: &[Window],
        case: &CaseFile,
        (created, expiry): (UnixTime, UnixTime),
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<Output>, RequestRefusal> {
        let gone = RequestRefusal::PlanGone;
        let first = self.state.plans.get(&venue).ok_or(gone)?.first;
        let vault = self.secrets.vaults.get(&Epoch::of(first)).ok_or(gone)?;
        let case = Zeroizing::new(case.to_bytes());
        let file = vault.seal(&[b"case", &id.0], &case, rng);
        let request = RequestState {
            venue,
            windows: Seq8::new(windows.to_vec()).expect("at most 64 windows"),
            created,
            number: self.state.next_request_number(),
            expiry,
            case: FileHash::of(&file),
            stage: Stage::Waiting,
        };
        let record: Change = self.request_record(id, &request, rng).ok_or(gone)?;
        self.state.requests.insert(id, request);
        Ok(vec![Output::PutFile(file), Output::Store(vec![record])])
    }
}

fn to_item((window, item): &(Window, CaseItem), advice: Advice) -> RequestItem {
    RequestItem {
        window: *window,
        advice: advice.to_u8(),
        hash: ItemHash::new(&item.salt, *window, item.detail),
    }
}

/// The windows that a time touches, each with its minutes: a minute that was begun counts whole.
fn details(
    from: UnixTime,
    to: UnixTime,
    advice: Advice,
) -> Result<Vec<(Window, ExposureDetail)>, RequestRefusal> {
    let last = to.0.checked_sub(1).filter(|last| *last >= from.0);
    let last = UnixTime(last.ok_or(RequestRefusal::EmptyTime)?);
    let (first_window, last_window) = (from.window(), last.window());
    let count = u64::from(last_window.0 - first_window.0) + 1;
    if count > MOST_ITEMS as u64 {
        return Err(RequestRefusal::TooManyWindows(count));
    }
    let detail_of = |window: Window| {
        let begin = from.0.max(window.start().0) - window.start().0;
        let end = last.0.min(window.end().0 - 1) - window.start().0;
        let bits = (begin / 60..=end / 60).fold(0_u64, |bits, minute| bits | 1 << minute);
        let mask = MinuteMask::new(bits).expect("minutes of an hour are below 60");
        let detail = CaseDetail::new(mask, advice).expect("at least one minute");
        (window, ExposureDetail::from(detail))
    };
    let windows = (first_window.0..=last_window.0).map(Window);
    Ok(windows.map(detail_of).collect())
}

fn certificate_bytes(certificate: &Certificate) -> [u8; 117] {
    let bytes = certificate.to_bytes();
    bytes.try_into().expect("a certificate has 117 bytes")
}

fn random<const N: usize>(rng: &mut impl CryptoRng) -> [u8; N] {
    let mut bytes = [0; N];
    rng.fill_bytes(&mut bytes);
    bytes
}

const _: () = assert!(WINDOW_SECONDS == 3_600, "a window has 60 minutes");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_becomes_windows_and_begun_minutes() {
        let start = Window(500_000).start();
        let found = details(start.plus(3_000), start.plus(3_600 + 61), Advice::TakeTest);
        let found: Vec<_> = found
            .unwrap()
            .into_iter()
            .map(|(window, detail)| (window.0, detail.0 & ((1 << 60) - 1), detail.0 >> 60))
            .collect();
        let last_ten = ((1 << 60) - 1) & !((1 << 50) - 1);
        assert_eq!(found, [(500_000, last_ten, 2), (500_001, 0b11, 2)]);
    }

    #[test]
    fn refuses_time_without_minutes_and_more_than_64_hours() {
        let start = Window(500_000).start();
        let of = |to| details(start, to, Advice::TakeTest).map(|found| found.len());
        assert_eq!(of(start), Err(RequestRefusal::EmptyTime));
        assert_eq!(of(start.plus(1)), Ok(1));
        assert_eq!(of(start.plus(64 * 3_600)), Ok(64));
        let beyond = start.plus(64 * 3_600 + 1);
        assert_eq!(of(beyond), Err(RequestRefusal::TooManyWindows(65)));
    }
}
