//! The one list of labels: every hash, key derivation and signature names what it is for.
//! Knows the names only; does not know who uses them.
//! Specified in specs/protocol.md §1.

/// What every label begins with, in hashes, signatures and as the head of each HKDF salt.
pub const PREFIX: &str = "lachan/v1/";

macro_rules! labels {
    ($(#[$group:meta] $kind:ident { $($(#[$doc:meta])* $name:ident = $text:literal;)* })*) => {
        $(
            #[$group]
            #[derive(Clone, Copy, PartialEq, Eq, Debug)]
            pub struct $kind(&'static str);

            impl $kind {
                $($(#[$doc])* #[doc = concat!("`", $text, "`")] pub const $name: Self = Self($text);)*
                /// All labels of this kind.
                pub const ALL: &'static [Self] = &[$(Self::$name),*];

                /// The label's ASCII text.
                #[must_use]
                pub const fn as_str(self) -> &'static str {
                    self.0
                }

                /// The label's bytes, without terminator.
                #[must_use]
                pub const fn as_bytes(self) -> &'static [u8] {
                    self.0.as_bytes()
                }
            }
        )*
    };
}

labels! {
    /// Labels of key derivations: the HKDF salt is `lachan/v1/` and this.
    KdfLabel {
        AT_REST = "at-rest";
        AUDIT = "audit";
        CONTENT = "content";
        DECOY_DETAIL = "decoy/detail";
        DECOY_SCALAR = "decoy/scalar";
        DETAIL = "detail";
        DIARY = "diary";
        EPHEMERAL = "ephemeral";
        HOUR_NOTICE = "hour-notice";
        MAILBOX = "mailbox";
        NOTICE = "notice";
        PROVE_NONCE = "prove/nonce";
        REPLY = "reply";
        SHARE_OFFICE = "share/office";
        SHARE_VENUE = "share/venue";
    }
    /// Labels that stand before what is hashed, authenticated or signed.
    Label {
        APPROVAL = "lachan/v1/approval";
        AUTHORITY = "lachan/v1/authority";
        CASE = "lachan/v1/case";
        CERTIFICATE = "lachan/v1/certificate";
        CLOSING = "lachan/v1/closing";
        CODE = "lachan/v1/code";
        HPKE_CERTIFICATE = "lachan/v1/hpke/certificate";
        HPKE_POLL = "lachan/v1/hpke/poll";
        HPKE_REGISTRATION = "lachan/v1/hpke/registration";
        HPKE_REPORT = "lachan/v1/hpke/report";
        HPKE_UNLOCK = "lachan/v1/hpke/unlock";
        ISSUER = "lachan/v1/issuer";
        ITEM = "lachan/v1/item";
        LEAF_BATCH = "lachan/v1/leaf/batch";
        LEAF_HELPER = "lachan/v1/leaf/helper";
        LEAF_PREKEY = "lachan/v1/leaf/prekey";
        LEAF_REGISTRATIONS = "lachan/v1/leaf/registrations";
        LEAF_REVOCATION = "lachan/v1/leaf/revocation";
        PLAN = "lachan/v1/plan";
        PRESENCE = "lachan/v1/presence";
        PROVE_SHARE = "lachan/v1/prove/share";
        REGISTER = "lachan/v1/register";
        REGISTRATION = "lachan/v1/registration";
        REPLY_EXPORTER = "lachan/v1/reply";
        REPORT_ID = "lachan/v1/report-id";
        REQUEST = "lachan/v1/request";
        SECRET_OF_NOTICES = "lachan/v1/secret-of-notices";
        STAMP = "lachan/v1/stamp";
        TOKEN_TAG = "lachan/v1/token/tag";
        TOKEN_WRAP = "lachan/v1/token/wrap";
        VENUE_CODE = "lachan/v1/venue-code";
        WITHDRAWAL = "lachan/v1/withdrawal";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Labels stand before other bytes; a KDF label is a whole HKDF salt and needs only to be unique.
    #[test]
    fn no_label_is_the_head_of_another() {
        for (i, a) in Label::ALL.iter().enumerate() {
            for b in &Label::ALL[i + 1..] {
                let (a, b) = (a.as_str(), b.as_str());
                assert!(!a.starts_with(b) && !b.starts_with(a), "{a} and {b}");
                assert!(a.starts_with(PREFIX), "{a}");
            }
        }
        for (i, a) in KdfLabel::ALL.iter().enumerate() {
            assert!(!KdfLabel::ALL[i + 1..].contains(a), "{a:?} stands twice");
        }
    }
}
