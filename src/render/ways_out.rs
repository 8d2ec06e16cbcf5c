//! What the desk is told of ways out: somebody was not reached, or a channel fails.

use super::commands;
use super::notice::Told;
use super::text;
use crate::desk::letter::Undelivered;

/// 「第一報を送達できませんでした」, and how much of it.
pub(super) fn not_delivered(Undelivered { kind, address, why, others, next, call }: &Undelivered) -> Told {
    let (kind, others) = (super::notice::kind_in_words(kind), *others);
    let failed = match others {
        true => format!("{kind}を、一部の宛先へ送達できませんでした（他の宛先には送達済み）。"),
        false => format!("{kind}を送達できませんでした。"),
    };
    let then = match next {
        Some((name, address)) => {
            format!("このため、次の連絡先（{}　{}）へ送信しております。", text::name(name), text::name(address))
        }
        None if others => "届いていない宛先の方へは、お電話などでご連絡ください。".to_owned(),
        None => "お電話など、別の方法での連絡をお願いします。".to_owned(),
    };
    let repair = "宛先に誤りがある場合は、設定（parties.toml）を修正し、読み込み直してください。";
    let mut steps = vec![
        ("送達の状況を確認してください。", vec![commands::OUTBOX.to_owned()]),
        (repair, vec![commands::RELOAD.to_owned()]),
    ];
    let again = ("修正後、一覧に表示される番号を指定して再送してください。", vec![commands::RETRY.to_owned()]);
    steps.extend(next.is_none().then_some(again));
    let title = match next {
        Some(_) => format!("{kind}が宛先に届かず、次の連絡先へ送りました"),
        None => format!("{kind}を{}送達できませんでした", if others { "一部の宛先へ" } else { "" }),
    };
    let mut details = vec![
        format!("宛先：{}", text::or(text::name(address), "不明")),
        format!("サーバの応答：{}", text::or(text::summary(why), "不明")),
    ];
    let call = call.as_ref().map(|(who, phone)| format!("電話：{}　{}", text::name(who), text::name(phone)));
    details.extend(call);
    Told { title, happened: format!("{failed}{then}"), details, steps }
}

pub(super) fn channel_fails(channel: &str, why: &str, at_fault: bool) -> Told {
    let urgent = "急ぎの連絡は、別の経路がある場合に限り、その経路で送信します。";
    let happened = match at_fault {
        true => format!(
            "設定の誤りとみられる理由（認証、送信先のURLなど）により、送信先のサーバに受け付けられませんでした。設定が直るまで、間隔を空けて送信を試みます。{urgent}"
        ),
        false => format!(
            "送信に続けて失敗したため、この経路での送信を1分に1回の試行に抑えております。{urgent}復旧すると自動で再開し、\
             その旨をお知らせします。"
        ),
    };
    let check = ("送信待ちの連絡を確認し、急ぎのものは電話などで連絡してください。", vec![commands::OUTBOX.to_owned()]);
    let ask = ("送信先のサーバと経路の設定を、システム管理者に確認してください。", vec![commands::STATUS.to_owned()]);
    let again = (
        "設定を直したら、次のコマンドで読み込み直してください。送信待ちの連絡は、直ちに送信を再開します。",
        vec![commands::RELOAD.to_owned()],
    );
    let mut steps = vec![check, ask];
    steps.extend(at_fault.then_some(again));
    Told {
        title: format!("送信経路「{}」が使用できません", text::or(text::name(channel), "不明")),
        happened,
        details: vec![format!("サーバの応答：{}", text::or(text::summary(why), "不明"))],
        steps,
    }
}
