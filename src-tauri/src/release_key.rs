//! The signature of a release, as far as it can be checked before the release is here: whether the holder of the key
//! has signed this very version number. A manifest is not signed as a whole, but each package's signature carries a
//! signed comment with its version, so nobody without the key can announce a number that was never released.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use ring::signature::{ED25519, UnparsedPublicKey};

/// What minisign puts before the key's and the signature's bytes: two for the algorithm, eight for the key's number.
const PREFIX: usize = 2 + 8;
const KEY_BYTES: usize = 32;
const SIGNATURE_BYTES: usize = 64;
const COMMENT: &str = "trusted comment: ";

fn lines(encoded: &str) -> Option<Vec<String>> {
    let text = String::from_utf8(BASE64.decode(encoded.trim()).ok()?).ok()?;
    Some(text.lines().map(str::to_owned).collect())
}

/// Whether `signature` (the content of a `.sig` file) was made for `version` with the key that `public_key` belongs to.
pub(crate) fn has_signed(public_key: &str, signature: &str, version: &str) -> bool {
    check(public_key, signature, version).is_some()
}

fn check(public_key: &str, signature: &str, version: &str) -> Option<()> {
    let key = BASE64.decode(lines(public_key)?.get(1)?).ok()?;
    let key_number = key.get(2..PREFIX)?;
    let key_bytes = key.get(PREFIX..PREFIX + KEY_BYTES)?;
    let lines = lines(signature)?;
    let [_, packed, comment, global] = lines.as_slice() else {
        return None;
    };
    let packed = BASE64.decode(packed).ok()?;
    if packed.get(2..PREFIX)? != key_number {
        return None;
    }
    let comment = comment.strip_prefix(COMMENT)?;
    let mut signed = packed.get(PREFIX..PREFIX + SIGNATURE_BYTES)?.to_vec();
    signed.extend_from_slice(comment.as_bytes());
    UnparsedPublicKey::new(&ED25519, key_bytes)
        .verify(&signed, &BASE64.decode(global).ok()?)
        .ok()?;
    // Only now is the comment to be believed.
    comment
        .split('\t')
        .any(|field| field.strip_prefix("version:") == Some(version))
        .then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made with `tauri signer generate` and `tauri signer sign --app-version 0.1.1`; the keys sign nothing else.
    const KEY: &str = "dW50cnVzdGVkIGNvbW1lbnQ6IG1pbmlzaWduIHB1YmxpYyBrZXk6IEQxOEQzMTUyODVDNzRERDAKUldUUVRjZUZVakdOMFNEUUU3VlRyMHFMMzNvNDlEdU5leVlXdWR4K1BobEI5TjBtdVFwUmZYMU4K";
    const OTHER_KEY: &str = "dW50cnVzdGVkIGNvbW1lbnQ6IG1pbmlzaWduIHB1YmxpYyBrZXk6IDREMTJDQkNGQTg3QTUxODkKUldTSlVYcW96OHNTVFkxRS9hV1N5MFJpT1ZSVTBZazVQTllqS3pXUGZDU1ZES0MyRFFLTnVFSk8K";
    const SIGNATURE: &str = "dW50cnVzdGVkIGNvbW1lbnQ6IHNpZ25hdHVyZSBmcm9tIHRhdXJpIHNlY3JldCBrZXkKUlVUUVRjZUZVakdOMFZVZ2hhdUF4UEYzOUovZkNYb0QxZG5OVDhqUFd2WDdtUVpGM0Y3YWF1WGFoRWZvUkZDcVBaMC9EMDFjQXdQelpUSnVNbTQ2UERZYkJ2RmJhcFBCTkE0PQp0cnVzdGVkIGNvbW1lbnQ6IHRpbWVzdGFtcDoxNzk1OTUwMTgyCWZpbGU6Zi5kZWIJdmVyc2lvbjowLjEuMQpLK29kanEvcDRWd3JYc1FFaUgxNFFTVFVvSEh1dHZ3Mkl0QnJXVWd0cGpzdktCWHZNdkFaWiszOVNBb29CTk1OS2M4VjRTa0ViRW5qNFlRa3NzNXhCZz09Cg==";

    fn changed(from: &str, to: &str) -> String {
        let text = String::from_utf8(BASE64.decode(SIGNATURE).expect("base64")).expect("text");
        assert!(text.contains(from));
        BASE64.encode(text.replace(from, to))
    }

    #[test]
    fn the_signed_version_is_proved_and_no_other() {
        assert!(has_signed(KEY, SIGNATURE, "0.1.1"));
        for other in ["0.1.2", "0.1.10", "0.1", "", "*"] {
            assert!(!has_signed(KEY, SIGNATURE, other), "{other}");
        }
    }

    #[test]
    fn another_key_proves_nothing() {
        assert!(!has_signed(OTHER_KEY, SIGNATURE, "0.1.1"));
    }

    #[test]
    fn a_changed_comment_or_signature_proves_nothing() {
        assert!(!has_signed(KEY, &changed("version:0.1.1", "version:9.9.9"), "9.9.9"));
        assert!(!has_signed(KEY, &changed("K+odjq", "K+odjr"), "0.1.1"));
        assert!(!has_signed(KEY, &changed("AxPF39J", "AxPF39K"), "0.1.1"));
    }

    #[test]
    fn what_is_no_signature_is_no_proof_and_no_panic() {
        for broken in [
            "",
            "x",
            "AAAA",
            &BASE64.encode("a\nb\nc\nd"),
            &BASE64.encode([0xff; 40]),
        ] {
            assert!(!has_signed(KEY, broken, "0.1.1"), "{broken}");
            assert!(!has_signed(broken, SIGNATURE, "0.1.1"), "{broken}");
        }
    }
}
