//! One run on a home: the lock, the clock, the store, the trust list, the wallet; and what the citizen's core wants
//! done. Knows where everything lies; does not decide.
//! Specified in specs/protocol.md §12.

use super::{CliError, TrustFileError};
use crate::citizen::{
    Citizen, Event, Findings, Input, OpenVisit, Output, erasing_time, is_far_ahead,
};
use crate::home::{Home, Settings};
use crate::messages::CitizenMessage;
use crate::messages::citizen::Where;
use crate::store::ClientStore;
use crate::sync::rejoin;
use crate::trust::Trust;
use crate::wallet::{Counter, StoredToken, Then, VisitFile, Wallet, WalletError};
use lachan_protocol::code::UnverifiedVenueCode;
use lachan_protocol::exposure::exposures::findings_in;
use lachan_protocol::id::CodeId;
use lachan_protocol::log::note::Vkey;
use lachan_protocol::time::{Day, UnixTime, Window};
use lachan_protocol::token::{DetectionTag, DeviceSecret, VisitToken};
use lachan_protocol::trust::TrustList;
use lachan_shell::arguments::Global;
use lachan_shell::clock::Clock;
use lachan_shell::home::dir_of;
use lachan_shell::output::plain;
use lachan_shell::terminal::Terminal;
use lachan_store::SecretFile;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The file of the device secret in `keys/`.
pub(super) const DEVICE: &str = "device";

/// A home that is open, at one moment.
#[derive(Debug)]
pub struct Session {
    /// The home, locked.
    pub home: Home,
    /// Where the time comes from.
    pub clock: Clock,
    /// The time at which this command began.
    pub now: UnixTime,
    /// What is kept of the logs.
    pub store: ClientStore,
    /// Whose codes count.
    pub trust: Trust,
    /// Tokens, open visit, findings.
    pub wallet: Wallet,
}

/// The folder that the arguments, the environment or the system's custom name.
///
/// # Errors
/// [`CliError::Home`].
pub fn home_dir(global: &Global) -> Result<PathBuf, CliError> {
    Ok(dir_of::<Settings>(global.home.as_deref())?)
}

/// The clock of a home; says so when it is a test clock.
///
/// # Errors
/// [`CliError::Clock`].
pub fn clock_of(
    global: &Global,
    test_home: bool,
    terminal: &Terminal,
) -> Result<(Clock, UnixTime), CliError> {
    let clock = Clock::new(global.clock.as_deref(), test_home)?;
    let now = clock.now()?;
    if clock.is_test() {
        terminal.note(&CitizenMessage::TestClock { now });
    }
    Ok((clock, now))
}

impl Session {
    /// Opens the home. What a killed command left is finished, what is too old is dropped, and a visit whose end has
    /// passed ends by itself.
    ///
    /// # Errors
    /// [`CliError`].
    pub fn open(global: &Global, terminal: &Terminal) -> Result<Self, CliError> {
        let dir = home_dir(global)?;
        let home = Home::open(&dir).map_err(|error| CliError::from(error).at(&dir))?;
        let (clock, now) = clock_of(global, home.settings().test_clock, terminal)?;
        let store = ClientStore::open(&home.paths().state())?;
        let trust = read_trust(&home, &store)?;
        let verified = [store.floor()?, trust.list().head().made];
        if is_far_ahead(now, verified) {
            let [floor, made] = verified;
            let known = floor.max(made);
            terminal.note(&CitizenMessage::ClockFarAhead { now, known });
        }
        let wallet = Wallet::open(home.paths().tokens(), erasing_time(now, verified))?;
        let session = Self {
            home,
            clock,
            now,
            store,
            trust,
            wallet,
        };
        if session.trust.list().is_expired(now) {
            terminal.note(&CitizenMessage::TrustListExpired);
        }
        session.end_what_is_over(terminal)?;
        session.remind(terminal)?;
        Ok(session)
    }

    /// What is over at this time may be erased: not later than what was verified, when the clock is far ahead of it.
    ///
    /// # Errors
    /// [`CliError::Store`].
    pub fn erasing_time(&self) -> Result<UnixTime, CliError> {
        let verified = [self.store.floor()?, self.trust.list().head().made];
        Ok(erasing_time(self.now, verified))
    }

    /// The citizen's core with what is stored.
    ///
    /// # Errors
    /// [`CliError`].
    pub fn citizen(&self) -> Result<Citizen, CliError> {
        let secret = SecretFile::new(self.home.paths().keys().join(DEVICE)).read()?;
        let secret: &[u8; 32] = secret
            .as_slice()
            .try_into()
            .map_err(|_| WalletError::DamagedCounter)?;
        Ok(Citizen::new(
            DeviceSecret::from_bytes(secret),
            Counter::new(self.home.paths().keys()).read()?,
            self.store.floor()?,
            self.trust.list().until(),
            self.open_visit()?,
        ))
    }

    /// Does what the core wants done, in order; gives what happened.
    ///
    /// # Errors
    /// [`CliError`]: what comes after the first failure was not done.
    pub fn perform(&self, outputs: Vec<Output>) -> Result<Vec<Event>, CliError> {
        let mut events = Vec::new();
        for output in outputs {
            match output {
                Output::StoreCounter(next) => {
                    Counter::new(self.home.paths().keys()).store(next, self.now)?;
                }
                Output::Change {
                    visit,
                    tokens,
                    stays_open,
                } => self.change(&visit, tokens, stays_open)?,
                Output::EraseVisit => self.wallet.erase_visit()?,
                Output::Rematch { code, windows } => self.rematch(code, &windows)?,
                Output::Tell(event) => events.push(event),
            }
        }
        Ok(events)
    }

    /// What was found so far.
    ///
    /// # Errors
    /// [`WalletError`].
    pub fn findings(&self) -> Result<Findings, CliError> {
        let bytes = self.wallet.findings()?;
        let findings = Findings::from_bytes(&bytes);
        Ok(findings.map_err(|_| WalletError::DamagedFindings)?)
    }

    /// Keeps what was found, without what is too old.
    ///
    /// # Errors
    /// [`WalletError`].
    pub fn keep_findings(&self, findings: &mut Findings) -> Result<(), CliError> {
        findings.drop_old(self.erasing_time()?);
        Ok(self.wallet.keep_findings(&findings.to_bytes(), self.now)?)
    }

    /// Writes anew what check-in and check-out wrote, so that its times tell of this command instead.
    ///
    /// # Errors
    /// [`WalletError`].
    pub fn renew_wallet(&self) -> Result<(), CliError> {
        let counter = Counter::new(self.home.paths().keys());
        counter.store(counter.read()?, self.now)?;
        Ok(self.wallet.renew(self.now)?)
    }

    /// A day's tokens, ready for the matcher.
    ///
    /// # Errors
    /// [`WalletError::DamagedDay`].
    pub fn tokens(&self, day: Day) -> Result<Vec<VisitToken>, CliError> {
        let stored = self.wallet.tokens(day)?;
        // A token that is damaged opens nothing; the others of its day still may.
        let tokens = stored.iter().map(|token| VisitToken::from_bytes(&token.0));
        Ok(tokens.filter_map(Result::ok).collect())
    }

    fn end_what_is_over(&self, terminal: &Terminal) -> Result<(), CliError> {
        let Some(file) = self.wallet.visit()? else {
            return Ok(());
        };
        if self.open_visit()?.is_none() {
            // Its code no longer verifies: nothing can be sealed anew; what was sealed stays.
            if self.now >= file.expected_end {
                self.wallet.erase_visit()?;
            }
            return Ok(());
        }
        let mut citizen = self.citizen()?;
        let outputs = citizen
            .handle(Input::Start, self.now, &mut rand::rng())
            .map_err(CliError::Citizen)?;
        for event in self.perform(outputs)? {
            if let Event::EndedByItself(visit) = event {
                let message = CitizenMessage::EndedByItself {
                    venue: place_of(&visit),
                    at: visit.expected_end,
                };
                terminal.note(&message);
            }
        }
        Ok(())
    }

    /// Who stays longer than was sealed must scan again before the last sealed minute.
    fn remind(&self, terminal: &Terminal) -> Result<(), CliError> {
        if let Some(visit) = self.open_visit()?.filter(|visit| visit.ends_soon(self.now)) {
            terminal.note(&CitizenMessage::VisitEndsSoon {
                venue: place_of(&visit),
                at: visit.expected_end,
            });
        }
        Ok(())
    }

    /// The open visit, when its code still verifies.
    fn open_visit(&self) -> Result<Option<OpenVisit>, CliError> {
        let Some(file) = self.wallet.visit()? else {
            return Ok(None);
        };
        let code = UnverifiedVenueCode::from_bytes(&file.code)
            .and_then(|code| code.verify_signed(&self.trust));
        Ok(code.ok().map(|code| OpenVisit {
            code,
            arrival: file.arrival,
            expected_end: file.expected_end,
            tags: file
                .tags
                .iter()
                .map(|(window, tag)| (*window, DetectionTag(*tag)))
                .collect(),
        }))
    }

    fn change(
        &self,
        visit: &OpenVisit,
        tokens: Vec<(Window, VisitToken)>,
        stays_open: bool,
    ) -> Result<(), CliError> {
        let pending = tokens
            .into_iter()
            .map(|(window, token)| (window, StoredToken(*token.as_bytes())))
            .collect();
        let then = if stays_open {
            Then::StayOpen
        } else {
            Then::Close
        };
        let tags = visit.tags.iter().map(|(window, tag)| (*window, tag.0));
        let file = VisitFile {
            arrival: visit.arrival,
            expected_end: visit.expected_end,
            code: visit.code.as_bytes().to_vec(),
            tags: tags.collect(),
            pending: Some((pending, then)),
        };
        Ok(self.wallet.change(&file)?)
    }

    /// All tokens of the days of these hours, against the lists that came in the last two days.
    fn rematch(&self, code: CodeId, windows: &BTreeSet<Window>) -> Result<(), CliError> {
        let mut findings = self.findings()?;
        findings.drop_hours(code, windows);
        let days: BTreeSet<Day> = windows.iter().filter_map(|window| window.day()).collect();
        let tokens = days.into_iter().map(|day| Ok((day, self.tokens(day)?)));
        let tokens: Vec<(Day, Vec<VisitToken>)> = tokens.collect::<Result<_, CliError>>()?;
        for authority in self.trust.list().authorities() {
            for tick in self.store.kept_ticks(&authority.id())? {
                let batch = rejoin(authority, &tick.parts)?;
                for (day, tokens) in &tokens {
                    let found = findings_in(&batch, *day, tokens);
                    found.into_iter().for_each(|finding| findings.add(finding));
                }
            }
        }
        self.keep_findings(&mut findings)
    }
}

/// A visit's venue, harmless to show.
#[must_use]
pub fn place_of(visit: &OpenVisit) -> Where {
    Where {
        name: plain(visit.code.name()),
        place: plain(visit.code.place()),
    }
}

fn read_trust(home: &Home, store: &ClientStore) -> Result<Trust, CliError> {
    let root = Vkey::from_text(&home.settings().root).map_err(TrustFileError::Root)?;
    let path = home.paths().trust();
    let note = std::fs::read(&path)
        .map_err(|error| CliError::from(TrustFileError::Unreadable(error.kind())).at(&path))?;
    let list = TrustList::read(&note, &root).map_err(TrustFileError::List)?;
    let mut trust = Trust::new(list);
    for leaf in store.revocations()? {
        trust.revoke(leaf.authority, leaf.code, leaf.from);
    }
    Ok(trust)
}
