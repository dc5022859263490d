//! Codes that no longer count: by the staff, by the venue's own closing, and never by anybody else.
use crate::desk::{Desk, leaves};
use crate::story::FIRST;
use crate::venue::Venue;
use lachan_node::office::{Input, Note, ReplyTo, RevokeRefusal, Revoked};
use lachan_protocol::crypto::sign::{BadSignature, SigningKey};
use lachan_protocol::exposure::advice::Advice;
use lachan_protocol::id::CodeId;
use lachan_protocol::keys::KeySchedule;
use lachan_protocol::log::leaf::Leaf;
use lachan_protocol::office::Closing;
use lachan_protocol::office::sealed::Reply;
use lachan_protocol::time::{UnixTime, Window};

fn at(window: u32, minute: u64) -> UnixTime {
    Window(FIRST.0 + window).start().plus(minute * 60)
}

fn revocations(desk: &Desk) -> Vec<(CodeId, Window)> {
    let disk = desk.disk.0.borrow();
    let found = leaves(&disk.log).filter_map(|leaf| match leaf {
        Leaf::Revocation(leaf) => Some((leaf.code, leaf.from)),
        _ => None,
    });
    found.collect()
}

fn revoke(
    desk: &mut Desk,
    venue: CodeId,
    from: u32,
    is_foreign: bool,
) -> Result<Revoked, RevokeRefusal> {
    let said = desk.tell(Input::Revoke {
        venue,
        from: Window(FIRST.0 + from),
        is_foreign,
        reply_to: ReplyTo(9),
    });
    said.revoked.expect("an outcome")
}

#[test]
fn a_revocation_is_a_leaf_once_and_outlives_a_restart() {
    let mut desk = Desk::new();
    let venue = Venue::register(&mut desk, KeySchedule::Sheet, FIRST, 24);
    let other = CodeId([9; 16]);
    desk.now = at(4, 0);
    let unknown = revoke(&mut desk, other, 3, false);
    assert_eq!(unknown, Err(RevokeRefusal::UnknownVenue));
    assert_eq!(revocations(&desk), []);
    let of = |from, again| {
        Ok(Revoked {
            venue: venue.id(),
            from: Window(FIRST.0 + from),
            again,
        })
    };
    assert_eq!(revoke(&mut desk, venue.id(), 3, false), of(3, false));
    let mut desk = desk.restart();
    // The same or a later window says nothing new; an earlier one does.
    assert_eq!(revoke(&mut desk, venue.id(), 3, false), of(3, true));
    assert_eq!(revoke(&mut desk, venue.id(), 5, false), of(3, true));
    assert_eq!(revoke(&mut desk, venue.id(), 2, false), of(2, false));
    // A code that a thief of the code key made was never registered.
    assert!(revoke(&mut desk, other, 0, true).is_ok());
    let all = [(venue.id(), 3), (venue.id(), 2), (other, 0)];
    let all = all.map(|(code, from)| (code, Window(FIRST.0 + from)));
    assert_eq!(revocations(&desk), all);
}

#[test]
fn a_revocation_from_the_past_keeps_no_visited_hour_from_being_asked_for() {
    let mut desk = Desk::new();
    let venue = Venue::register(&mut desk, KeySchedule::Sheet, FIRST, 24);
    desk.now = at(4, 0);
    let advice = Advice::TakeTest;
    revoke(&mut desk, venue.id(), 0, false).expect("a leaf");
    let asked = desk.ask(venue.id(), at(1, 0), at(3, 0), advice);
    let hours = [1, 2].map(|hour| Window(FIRST.0 + hour));
    assert_eq!(asked.map(|asked| asked.windows), Ok(hours.to_vec()));
}

#[test]
fn a_venue_closes_its_own_plan_and_nobody_elses() {
    let mut desk = Desk::new();
    let venue = Venue::register(&mut desk, KeySchedule::Screen, FIRST, 24);
    let other = Venue::register(&mut desk, KeySchedule::Screen, FIRST, 24);
    desk.now = at(4, 0);
    let from = Window(FIRST.0 + 5);
    let stranger = SigningKey::from_seed(&[77; 32]);
    let digest = venue.plan.digest();
    let close = |desk: &mut Desk, closing| {
        let (sealed, opener) = venue.closing_message(desk, closing);
        let reply_to = ReplyTo(0);
        let said = desk.tell(Input::Poll { sealed, reply_to });
        let reply = opener.open(&said.replies[0]).expect("a reply");
        (reply == Reply::Refused, said.notes)
    };
    for closing in [
        Closing::sign(&stranger, &digest, from),
        Closing::sign(&venue.key, &other.plan.digest(), from),
    ] {
        let (is_refused, notes) = close(&mut desk, closing);
        assert!(is_refused);
        assert_eq!(
            notes,
            [Note::ClosingRefused(RevokeRefusal::BadClosing(
                BadSignature
            ))]
        );
    }
    assert_eq!(revocations(&desk), []);
    // Control: the venue's own signature counts, and a repetition changes nothing.
    for _ in 0..2 {
        let (is_refused, _) = close(&mut desk, Closing::sign(&venue.key, &digest, from));
        assert!(!is_refused);
    }
    assert_eq!(revocations(&desk), [(venue.id(), from)]);
}
