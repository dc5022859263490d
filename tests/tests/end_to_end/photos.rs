//! Photographs of codes, read by what is shipped. `LACHAN_PHOTOS=all` (or a number) reads more than one of each kind.
//! Knows pictures and what should be said of them; does not know how they are read.
//! Specified in specs/performance.md, "Photographs".

use lachan_client::qr::{QrError, read_bytes};
use lachan_tests::photos::codes::Codes;
use lachan_tests::photos::{DISTORTIONS, Picture, Set, decoders};

const SEED: u64 = 1;

fn count(set: &Set) -> usize {
    match std::env::var("LACHAN_PHOTOS").as_deref() {
        Ok("all") => set.len(),
        Ok(number) => number.parse().expect("LACHAN_PHOTOS is all or a number"),
        Err(_) => DISTORTIONS.len(),
    }
}

const fn word(error: QrError) -> &'static str {
    match error {
        QrError::SeveralOfOurs => Picture::SEVERAL,
        QrError::NothingFound => Picture::NOTHING,
        _ => "unread",
    }
}

#[test]
fn nineteen_of_twenty_photographs_are_read_which_is_more_than_one_plain_decoder_reads() {
    let set = Set::new(SEED);
    let count = count(&set);
    let mut missed = Vec::new();
    let mut plainly_missed = 0;
    for number in 0..count {
        let picture = set.picture(number);
        let said = read_bytes(picture.bytes.clone(), Codes::is_ours).map_err(word);
        if !picture.is_answered_by(&said) {
            missed.push((number, picture.distortion, said));
        }
        // The control: the set is not so easy that anything would do.
        let grey = image::load_from_memory(&picture.bytes).expect("a picture of ours");
        let texts = decoders::rqrr(&grey.into_luma8());
        let is_read = texts.iter().any(|text| Codes::is_ours(text)) || picture.version == 0;
        plainly_missed += usize::from(!is_read);
    }
    assert!(missed.len() * 20 <= count, "{missed:?}");
    assert!(plainly_missed * 20 > count, "{plainly_missed} of {count}");
}

#[test]
fn the_same_seed_draws_the_same_pictures() {
    let number = 5;
    let [one, again, other] =
        [SEED, SEED, SEED + 1].map(|seed| Set::new(seed).picture(number).bytes);
    assert!(one == again && one != other);
}
