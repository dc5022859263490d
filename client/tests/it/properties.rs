//! Properties of the citizen's core, for any order of scans, departures and starts.
//! Knows the core's public doors; a model of one visit at a time stands beside it.
//! Specified in specs/protocol.md §12.

use super::kit::{NINE_IN_HANOI, Venue, World};
use lachan_client::citizen::{
    Citizen, CitizenError, Event, FLOOR_SLACK_SECONDS, Input, Output, Step,
};
use lachan_client::trust::Trust;
use lachan_protocol::code::UnverifiedVenueCode;
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::time::{UnixTime, Window};
use lachan_protocol::token::{DetectionTag, DeviceSecret, VisitToken};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

const TRUST_UNTIL: UnixTime = UnixTime(1_830_000_000);

struct Stage {
    trust: Trust,
    venues: Vec<Venue>,
}

/// Registering takes a while: once for all cases.
fn stage() -> &'static Stage {
    static STAGE: OnceLock<Stage> = OnceLock::new();
    STAGE.get_or_init(|| {
        let world = World::new();
        Stage {
            trust: world.trust(),
            venues: vec![
                world.register(KeySchedule::Screen, "Phở Thìn"),
                world.register(KeySchedule::Sheet, "Cà phê Giảng"),
            ],
        }
    })
}

fn citizen(floor: UnixTime) -> Citizen {
    let secret = DeviceSecret::random(&mut rand::rng());
    Citizen::new(secret, 0, floor, TRUST_UNTIL, None)
}

fn code(venue: &Venue, now: UnixTime) -> UnverifiedVenueCode {
    UnverifiedVenueCode::from_bytes(&venue.code(now)).unwrap()
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Scan { venue: usize, stay: bool },
    Leave,
    Start,
}

fn acts() -> impl Strategy<Value = Vec<(u64, Act)>> {
    let act = prop_oneof![
        3 => (0..2_usize, any::<bool>()).prop_map(|(venue, stay)| Act::Scan { venue, stay }),
        2 => Just(Act::Leave),
        1 => Just(Act::Start),
    ];
    proptest::collection::vec((60_u64..7_000, act), 1..14)
}

/// The wallet as the outputs make it.
#[derive(Default)]
struct Shelf {
    tokens: BTreeMap<DetectionTag, Window>,
    counter: u64,
    open: bool,
}

impl Shelf {
    fn perform(&mut self, outputs: &[Output]) {
        for output in outputs {
            match output {
                Output::StoreCounter(next) => {
                    assert!(*next > self.counter, "no number is used twice");
                    self.counter = *next;
                }
                Output::Change {
                    visit,
                    tokens,
                    stays_open,
                } => {
                    for (window, tag) in &visit.tags {
                        assert_eq!(self.tokens.remove(tag), Some(*window), "known tags only");
                    }
                    for (window, token) in tokens {
                        assert_eq!(window.day(), Some(token.day()));
                        let known = self.tokens.insert(token.tag(), *window);
                        assert_eq!(known, None);
                    }
                    self.open = *stays_open;
                }
                Output::EraseVisit => self.open = false,
                Output::Rematch { .. } | Output::Tell(_) => {}
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn one_visit_at_a_time_and_its_tags_are_those_in_the_wallet(acts in acts()) {
        let stage = stage();
        let mut citizen = citizen(UnixTime(0));
        let mut shelf = Shelf::default();
        let mut now = NINE_IN_HANOI;
        for (pause, act) in acts {
            now = now.plus(pause);
            let rng = &mut rand::rng();
            shelf.perform(&citizen.handle(Input::Start, now, rng).unwrap());
            let outputs = match act {
                Act::Start => citizen.handle(Input::Start, now, rng).unwrap(),
                Act::Leave => match citizen.handle(Input::Leave { arrived: None, at: None }, now, rng) {
                    Ok(outputs) => outputs,
                    Err(error) => {
                        prop_assert_eq!(error, CitizenError::NoOpenVisit);
                        prop_assert!(!shelf.open);
                        continue;
                    }
                },
                Act::Scan { venue, stay } => {
                    let scanned = code(&stage.venues[venue], now);
                    let proposal = citizen.look(scanned, &stage.trust, None, now).unwrap();
                    prop_assert_eq!(proposal.step() == Step::Arrive, !shelf.open);
                    let proposal = if stay { proposal.staying() } else { proposal };
                    prop_assert!(proposal.until() > now);
                    prop_assert!(proposal.until() <= proposal.code().last().end());
                    citizen.handle(Input::Confirmed(proposal), now, rng).unwrap()
                }
            };
            let told = matches!(outputs.last(), None | Some(Output::Tell(_)));
            prop_assert!(told, "what is told comes after what is stored");
            shelf.perform(&outputs);
            prop_assert_eq!(citizen.visit().is_some(), shelf.open);
            if let Some(visit) = citizen.visit() {
                for (window, tag) in &visit.tags {
                    prop_assert_eq!(shelf.tokens.get(tag), Some(window));
                    prop_assert!(*window <= visit.code.last());
                }
            }
        }
    }

    #[test]
    fn no_arrival_below_the_floor_is_taken(ahead in 0_u64..3_000, at in 0_u64..1_500) {
        let stage = stage();
        let now = NINE_IN_HANOI.plus(1_500);
        let floor = NINE_IN_HANOI.plus(ahead);
        let arrival = NINE_IN_HANOI.plus(at);
        let seen = citizen(floor).look(code(&stage.venues[1], now), &stage.trust, Some(arrival), now);
        if arrival.plus(FLOOR_SLACK_SECONDS) < floor {
            prop_assert_eq!(seen.unwrap_err(), CitizenError::BelowFloor { floor });
        } else {
            prop_assert_eq!(seen.unwrap().arrival(), arrival);
        }
    }

    #[test]
    fn check_out_leaves_a_token_for_each_hour_of_the_stay(came in 0_u64..3_600, stayed in 0_u64..5_399) {
        let stage = stage();
        let (arrival, departure) = (NINE_IN_HANOI.plus(came), NINE_IN_HANOI.plus(came + stayed));
        let mut citizen = citizen(UnixTime(0));
        let mut shelf = Shelf::default();
        let rng = &mut rand::rng();
        let proposal = citizen.look(code(&stage.venues[0], arrival), &stage.trust, None, arrival).unwrap();
        shelf.perform(&citizen.handle(Input::Confirmed(proposal), arrival, rng).unwrap());
        let outputs = citizen.handle(Input::Leave { arrived: None, at: None }, departure, rng).unwrap();
        shelf.perform(&outputs);
        let left = matches!(outputs.last(), Some(Output::Tell(Event::CheckedOut { .. })));
        prop_assert!(left);
        let mut windows: Vec<u32> = shelf.tokens.values().map(|window| window.0).collect();
        windows.sort_unstable();
        let end = departure.0.max(arrival.0 + 1);
        let expected: Vec<u32> = (arrival.window().0..=UnixTime(end - 1).window().0).collect();
        prop_assert_eq!(windows, expected);
    }
}

#[test]
fn refuses_new_codes_once_the_trust_list_has_expired() {
    let stage = stage();
    let secret = DeviceSecret::random(&mut rand::rng());
    let now = NINE_IN_HANOI;
    let citizen = Citizen::new(secret, 0, UnixTime(0), now, None);
    let seen = citizen.look(code(&stage.venues[0], now), &stage.trust, None, now);
    assert_eq!(seen.unwrap_err(), CitizenError::TrustListExpired);
}

/// A stay of one person: what is scanned at which minute, and the tokens that lie in the wallet.
struct Stay<'a> {
    trust: &'a Trust,
    citizen: Citizen,
    tokens: BTreeMap<DetectionTag, (Window, VisitToken)>,
}

impl<'a> Stay<'a> {
    fn new(trust: &'a Trust) -> Self {
        Self {
            trust,
            citizen: citizen(UnixTime(0)),
            tokens: BTreeMap::new(),
        }
    }

    fn scan(&mut self, venue: &Venue, minute: u64) {
        let now = NINE_IN_HANOI.plus(minute * 60);
        let proposal = self.citizen.look(code(venue, now), self.trust, None, now);
        let confirmed = Input::Confirmed(proposal.unwrap().staying());
        self.tell(confirmed, now);
    }

    fn leave(&mut self, minute: u64) {
        self.tell(
            Input::Leave {
                arrived: None,
                at: None,
            },
            NINE_IN_HANOI.plus(minute * 60),
        );
    }

    fn tell(&mut self, input: Input, now: UnixTime) {
        for output in self.citizen.handle(input, now, &mut rand::rng()).unwrap() {
            if let Output::Change { visit, tokens, .. } = output {
                for (_, tag) in &visit.tags {
                    assert!(self.tokens.remove(tag).is_some());
                }
                let tokens = tokens.into_iter();
                self.tokens
                    .extend(tokens.map(|(window, token)| (token.tag(), (window, token))));
            }
        }
    }

    /// Hours from nine o'clock on that have a token.
    fn hours(&self) -> BTreeSet<u32> {
        let first = NINE_IN_HANOI.window().0;
        let windows = self.tokens.values().map(|(window, _)| window.0 - first);
        windows.collect()
    }
}

#[test]
fn staying_again_and_again_loses_no_hour() {
    let stage = stage();
    let mut stay = Stay::new(&stage.trust);
    stay.scan(&stage.venues[0], 5);
    for minute in [70, 130, 200] {
        stay.scan(&stage.venues[0], minute);
    }
    assert_eq!(stay.hours(), (0..5).collect());
    stay.leave(230);
    assert_eq!(stay.hours(), (0..4).collect());
}

/// The key of the first hour may be published by the time of the second scan: whoever shows a sheet of the same name
/// could else make the person look exposed at it.
#[test]
fn staying_seals_no_hour_before_the_scan_to_another_plan() {
    let world = World::new();
    let screen = world.register(KeySchedule::Screen, "Phở Thìn");
    let sheet = world.register(KeySchedule::Sheet, "Phở Thìn");
    let trust = world.trust();
    let opened = |stay: &Stay<'_>, venue: &Venue, hour: u32| {
        let key = world.key(venue, Window(NINE_IN_HANOI.window().0 + hour));
        let tokens = stay.tokens.values();
        tokens
            .filter(|(_, token)| token.open_with(&key).is_ok())
            .count()
    };
    let mut stay = Stay::new(&trust);
    stay.scan(&screen, 5);
    stay.scan(&sheet, 80);
    for _ in 0..2 {
        assert_eq!(
            opened(&stay, &screen, 0),
            1,
            "the first hour stays as it is"
        );
        assert_eq!(
            opened(&stay, &sheet, 0),
            0,
            "and is not sealed to the sheet"
        );
        assert_eq!(
            opened(&stay, &sheet, 1),
            1,
            "control: the hour of the scan is"
        );
        if stay.citizen.visit().is_some() {
            stay.leave(100);
        }
    }
    assert_eq!(stay.hours(), (0..2).collect());
}
