//! A price as the sale file writes it and as a page shows it.

/// `129.00` in `EUR` as `€129.00`; a currency without a sign of its own as `CHF 129.00`.
pub(super) fn shown(price: &str, currency: &str) -> String {
    match currency {
        "EUR" => format!("€{price}"),
        "GBP" => format!("£{price}"),
        "USD" => format!("${price}"),
        "JPY" => format!("¥{price}"),
        _ => format!("{currency} {price}"),
    }
}

/// 1 to 9 digits, and two more after a point or none: no sign, no separators, no leading zero.
pub(super) fn is_price(text: &str) -> bool {
    let (whole, cents) = text.split_once('.').map_or((text, None), |(whole, cents)| (whole, Some(cents)));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    (1..=9).contains(&whole.len())
        && digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && cents.is_none_or(|cents| cents.len() == 2 && digits(cents))
}

/// Three capital letters, as ISO 4217 has them.
pub(super) fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_digits_and_cents() {
        for good in ["0", "0.50", "129.00", "1200"] {
            assert!(is_price(good), "{good}");
        }
        for bad in ["", "1.5", "01", "-1", "1,00", "1.00.0", ".50", "1e3", "1234567890", "1.", "€1"] {
            assert!(!is_price(bad), "{bad}");
        }
    }

    #[test]
    fn a_price_is_shown_with_its_sign() {
        assert_eq!(shown("129.00", "EUR"), "€129.00");
        assert_eq!(shown("129.00", "CHF"), "CHF 129.00");
    }
}
