// Made from the Rust types by `npm run gen`. Do not edit.

/**
 * A customer, an expert, a moderator.
 */
export type AccountId = string;

/**
 * Names a saved account.
 */
export type AccountRef = { 
/**
 * Whose.
 */
account_id: AccountId, };

/**
 * A refused request.
 */
export type ApiError = { 
/**
 * Why.
 */
code: ApiErrorCode, 
/**
 * What exactly, in English; may be empty.
 */
detail: string, 
/**
 * The fields that are wrong.
 */
fields: Array<FieldProblem>, };

/**
 * Why a request was refused. A closed set: the UI has words, severity and the way out for each.
 */
export type ApiErrorCode = "malformed_request" | "invalid_fields" | "sign_in_needed" | "wrong_credentials" | "code_needed" | "too_many_requests" | "not_an_expert" | "offline" | "not_a_platform" | "protocol_mismatch" | "not_found" | "forbidden" | "lock_held" | "lock_not_held" | "question_closed" | "answer_first" | "not_your_question" | "offer_state_conflict" | "offer_revised" | "offer_expired" | "reminder_not_allowed" | "already_sent" | "too_large" | "storage_failed" | "notifications_refused" | "system_refused" | "platform_trouble" | "internal";

/**
 * Light or dark.
 */
export type Appearance = "system" | "light" | "dark";

/**
 * A file as lists and messages show it; its bytes are fetched apart.
 */
export type Attachment = { 
/**
 * Its id.
 */
id: AttachmentId, 
/**
 * Its name without any folder. Hostile text.
 */
name: string, 
/**
 * Its media type, as found in its bytes or by its name.
 */
media_type: string, 
/**
 * Its size in bytes.
 */
size_bytes: number, };

/**
 * Adds a file. Its `Debug` form hides the content.
 */
export type AttachmentAdd = { 
/**
 * What it belongs to.
 */
owner: DraftOwner, 
/**
 * Its name.
 */
name: string, 
/**
 * Its bytes in base64.
 */
content_base64: string, };

/**
 * A stored file.
 */
export type AttachmentId = string;

/**
 * A picture, to be shown. Its `Debug` form hides the content.
 */
export type AttachmentPreview = { 
/**
 * What its bytes are, as they themselves tell; never one that can hold a script.
 */
media_type: string, 
/**
 * Its bytes in base64.
 */
content_base64: string, };

/**
 * Names a file of a question: of the question itself, its messages, its offers' deliveries, or drafts of any of them.
 */
export type AttachmentRef = { 
/**
 * The question.
 */
question_id: QuestionId, 
/**
 * Which.
 */
attachment_id: AttachmentId, };

/**
 * Takes a file off.
 */
export type AttachmentRemove = { 
/**
 * What it belongs to.
 */
owner: DraftOwner, 
/**
 * Which.
 */
attachment_id: AttachmentId, };

/**
 * Where a file was saved.
 */
export type AttachmentSaved = { 
/**
 * The whole path.
 */
path: string, };

/**
 * What the expert is looking at: nothing is raised about it.
 */
export type AttentionNote = { 
/**
 * Whether the window is the one being worked in.
 */
is_focused: boolean, 
/**
 * What it shows; `None` for a list or the settings.
 */
target: OpenTarget | null, };

/**
 * A proposed time for a call.
 */
export type CallSlot = { 
/**
 * When it begins.
 */
starts_at: string, 
/**
 * How long it lasts, in minutes, from 5 to 480.
 */
minutes: number, };

/**
 * A proposed call time as it stands in the dialog.
 */
export type CallSlotField = { 
/**
 * When it begins.
 */
starts_at: string, 
/**
 * How long it lasts, in minutes.
 */
minutes: number, };

/**
 * A field of expertise that experts serve and customers ask in.
 */
export type CategoryId = string;

/**
 * A field that a revision can change.
 */
export type ChangedField = "kind" | "title" | "deliverables" | "price" | "delivery_time" | "expires_at" | "note" | "call_slots";

/**
 * The steps and what is missing.
 */
export type Checklist = { 
/**
 * The five steps, in order.
 */
steps: Array<Step>, 
/**
 * What keeps any offer from being sent; `AnswerFirst` still lets an upgrade through.
 */
blocker: OfferBlocker | null, };

/**
 * A command's idempotency key, made by the client.
 */
export type CommandId = string;

/**
 * The connection's state.
 */
export type ConnectionState = "signed_out" | "connecting" | "syncing" | "online" | "offline" | "disk_full" | "protocol_mismatch";

/**
 * The connection.
 */
export type ConnectionView = { 
/**
 * How it stands.
 */
state: ConnectionState, 
/**
 * When the cache was last in step.
 */
synced_at: string | null, 
/**
 * How many documents the running first sync has brought; `None` when none runs.
 */
first_sync_count: number | null, 
/**
 * How many outbox entries wait to be sent.
 */
waiting_count: number, 
/**
 * How many outbox entries were refused or cannot be sent.
 */
failed_count: number, };

/**
 * A conversation.
 */
export type ConversationView = { 
/**
 * The question.
 */
question_id: QuestionId, 
/**
 * Its short number, shown as `Q-48213`.
 */
number: number, 
/**
 * Its title.
 */
title: string, 
/**
 * Its category's name.
 */
category_name: string, 
/**
 * Its text, safe.
 */
text_html: string, 
/**
 * Its files.
 */
attachments: Array<Attachment>, 
/**
 * When it was asked.
 */
asked_at: string, 
/**
 * Where it stands.
 */
state: QuestionState, 
/**
 * The lock.
 */
lock: LockView, 
/**
 * The customer.
 */
customer: CustomerView, 
/**
 * When the customer last looked at its page.
 */
customer_viewed_at: string | null, 
/**
 * The messages, oldest first, those of the outbox last.
 */
messages: Array<MessageView>, 
/**
 * The first message of others that came after this question was last shown; `None` without one.
 */
unread_from: MessageId | null, 
/**
 * What happened to this expert's offers on it, oldest first.
 */
happenings: Array<HappeningView>, 
/**
 * The rating.
 */
rating: RatingView | null, 
/**
 * The five steps and what is missing.
 */
checklist: Checklist, 
/**
 * The offers made on it by this expert, newest first.
 */
offers: Array<OfferOnQuestion>, 
/**
 * Whether this expert may write on it now.
 */
may_write: boolean, 
/**
 * The message being written.
 */
draft: MessageDraftView, 
/**
 * Whether an offer draft is kept for it.
 */
has_offer_draft: boolean, 
/**
 * The ready phrases and the expert's own.
 */
phrases: Array<Phrase>, };

/**
 * A currency to choose from.
 */
export type CurrencyChoice = { 
/**
 * Its code.
 */
code: string, 
/**
 * The smallest price, ready to show.
 */
min_text: string, 
/**
 * The largest price, ready to show.
 */
max_text: string, };

/**
 * The customer.
 */
export type CustomerView = { 
/**
 * Their name.
 */
name: string, 
/**
 * Their first name, for sentences.
 */
first_name: string, 
/**
 * One or two letters for the avatar.
 */
initials: string, 
/**
 * When their account was made.
 */
customer_since: string, 
/**
 * How many of their questions this desk knows.
 */
question_count: number, 
/**
 * Where they are, by its IANA name, if the platform told.
 */
time_zone: string | null, };

/**
 * Own data, exported.
 */
export type DataExported = { 
/**
 * The folder that holds it.
 */
folder: string, 
/**
 * How many files it has.
 */
file_count: number, };

/**
 * The data on this computer.
 */
export type DataView = { 
/**
 * The folder.
 */
folder: string, 
/**
 * The local copy of the platform: it can be fetched again.
 */
cache_bytes: number, 
/**
 * Drafts, outbox, notices and settings: they exist only here.
 */
journal_bytes: number, 
/**
 * Files fetched from the platform.
 */
files_bytes: number, 
/**
 * Everything else: logs, the window's size.
 */
other_bytes: number, };

/**
 * The delivery being written.
 */
export type DeliveryDraftView = { 
/**
 * The message, or what came of the call.
 */
message: string, 
/**
 * Whether it reports a call's outcome.
 */
is_call_outcome: boolean, 
/**
 * Its files.
 */
attachments: Array<DraftAttachment>, 
/**
 * When it was last kept; `None` for an empty draft.
 */
saved_at: string | null, };

/**
 * How long after acceptance the expert delivers.
 */
export type DeliveryTime = { 
/**
 * How many, from 1 to 365.
 */
count: number, 
/**
 * Of what.
 */
unit: DeliveryUnit, };

/**
 * The unit of a delivery time.
 */
export type DeliveryUnit = "hours" | "days" | "working_days" | "weeks";

/**
 * What was delivered.
 */
export type DeliveryView = { 
/**
 * The message, safe.
 */
message_html: string, 
/**
 * Whether it reports a call's outcome.
 */
is_call_outcome: boolean, 
/**
 * Its files.
 */
attachments: Array<Attachment>, 
/**
 * When.
 */
delivered_at: string, };

/**
 * Something happened; the UI asks again for what it shows of it.
 */
export type DeskEvent = { "event": "session_changed" } | { "event": "connection_changed", 
/**
 * How it stands now.
 */
connection: ConnectionView, } | { "event": "queue_changed" } | { "event": "question_changed", 
/**
 * Which.
 */
question_id: QuestionId, } | { "event": "offers_changed", 
/**
 * Which.
 */
offer_ids: Array<OfferId>, } | { "event": "outbox_changed" } | { "event": "upload_progressed", 
/**
 * The outbox entry.
 */
command_id: CommandId, 
/**
 * The file's name.
 */
name: string, 
/**
 * How many of its bytes have gone out; all of them once this try is over, however it ended.
 */
sent_bytes: number, 
/**
 * How many it has.
 */
size_bytes: number, } | { "event": "notices_changed", 
/**
 * How many are unread.
 */
unread: number, } | { "event": "offer_accepted", 
/**
 * Which.
 */
offer_id: OfferId, 
/**
 * Its title.
 */
title: string, 
/**
 * Who accepted.
 */
customer_name: string, 
/**
 * For how much, ready to show.
 */
amount_text: string, } | { "event": "support_requests_changed" } | { "event": "settings_changed" } | { "event": "update_changed", 
/**
 * How it stands now.
 */
update: UpdateView, } | { "event": "close_asked" } | { "event": "navigation_requested", 
/**
 * Where.
 */
target: OpenTarget, };

/**
 * Lines of plain text without any secret.
 */
export type DiagnosticsView = { 
/**
 * The text.
 */
text: string, };

/**
 * A file of a draft, kept on this computer.
 */
export type DraftAttachment = { 
/**
 * Its id, which it keeps on the platform.
 */
id: AttachmentId, 
/**
 * Its name.
 */
name: string, 
/**
 * Its media type.
 */
media_type: string, 
/**
 * Its size in bytes.
 */
size_bytes: number, };

/**
 * What a draft's file belongs to.
 */
export type DraftOwner = { "kind": "message", 
/**
 * The question.
 */
question_id: QuestionId, } | { "kind": "delivery", 
/**
 * The offer.
 */
offer_id: OfferId, };

/**
 * Something that happened to an offer; notices are keyed by it.
 */
export type EventId = string;

/**
 * The expert.
 */
export type ExpertView = { 
/**
 * Their name.
 */
name: string, 
/**
 * One or two letters for the avatar.
 */
initials: string, 
/**
 * Their address.
 */
email: string, 
/**
 * The names of the categories they serve.
 */
categories: Array<string>, };

/**
 * An expiry to choose from.
 */
export type ExpiryChoice = { 
/**
 * In how many days.
 */
days: number, 
/**
 * The end of that day.
 */
expires_at: string, };

/**
 * Why a field was refused. A closed set: the UI has words for each in every language.
 */
export type FieldCode = "missing" | "too_long" | "too_short" | "too_many" | "too_small" | "too_large" | "malformed" | "in_the_past" | "not_offered" | "dangerous_type" | "taken" | "no_match";

/**
 * A word in braces that stands for nothing: it would be sent as it is.
 */
export type FieldNotice = { 
/**
 * Where it stands, such as `/note` or `/deliverables/2`.
 */
pointer: string, 
/**
 * The word with its braces.
 */
word: string, };

/**
 * One field's problem: where it is, why, and what to do, in English words for clients without a table of their own.
 */
export type FieldProblem = { 
/**
 * JSON pointer (RFC 6901) of the field in the request, such as `/price` or `/deliverables/2`.
 */
pointer: string, 
/**
 * Why it was refused.
 */
code: FieldCode, 
/**
 * What is wrong and what to do, in English.
 */
message: string, 
/**
 * The limit that was broken, ready to show (a number of characters, an amount with its currency).
 */
limit?: string, };

/**
 * Shows the first steps, or puts them away.
 */
export type GuideOpen = { 
/**
 * Whether they shall be shown.
 */
is_open: boolean, };

/**
 * One of the five steps.
 */
export type GuideStep = { 
/**
 * Which one.
 */
kind: StepKind, 
/**
 * Whether it was done, on any question.
 */
is_done: boolean, };

/**
 * The first steps.
 */
export type GuideView = { 
/**
 * Whether they are shown beside the work.
 */
is_open: boolean, 
/**
 * The five steps, in order.
 */
steps: Array<GuideStep>, };

/**
 * Who did something to an offer.
 */
export type HappeningBy = "expert" | "customer" | "moderator" | "clock";

/**
 * Something that happened to an offer, shown between the messages.
 */
export type HappeningView = { 
/**
 * Its id.
 */
id: EventId, 
/**
 * What.
 */
kind: OfferEventKind, 
/**
 * Who did it.
 */
by: HappeningBy, 
/**
 * When, by this computer's clock.
 */
at: string, 
/**
 * To which offer.
 */
offer_id: OfferId, 
/**
 * The title of the version it happened to.
 */
title: string, 
/**
 * The price of that version, ready to show.
 */
amount_text: string, };

/**
 * An amount, ready to show and to draw.
 */
export type InsightsAmount = { 
/**
 * In minor units.
 */
minor: number, 
/**
 * Ready to show.
 */
text: string, 
/**
 * What the expert nets of it, in minor units.
 */
net_minor: number, 
/**
 * The same, ready to show.
 */
net_text: string, };

/**
 * The offers within a price band.
 */
export type InsightsBand = { 
/**
 * From this price on, ready to show.
 */
from_text: string, 
/**
 * Up to but without this price; `None` for the highest band.
 */
below_text: string | null, 
/**
 * How far they came.
 */
counts: InsightsCounts, };

/**
 * How far offers came.
 */
export type InsightsCounts = { 
/**
 * Sent.
 */
sent: number, 
/**
 * Of those, seen by the customer.
 */
viewed: number, 
/**
 * Of those sent, accepted.
 */
accepted: number, 
/**
 * Accepted of a hundred sent, rounded; `None` if none was sent.
 */
accepted_percent: number | null, };

/**
 * A currency's earnings.
 */
export type InsightsEarnings = { 
/**
 * The currency's code.
 */
currency: string, 
/**
 * All that was accepted in these months and not cancelled since.
 */
accepted: InsightsAmount, 
/**
 * All that was completed in these months.
 */
completed: InsightsAmount, 
/**
 * Every month of the period, oldest first.
 */
months: Array<InsightsMonth>, };

/**
 * Where the offers were saved.
 */
export type InsightsExported = { 
/**
 * The file.
 */
path: string, 
/**
 * How many offers are in it.
 */
offer_count: number, };

/**
 * The offers of one kind.
 */
export type InsightsKind = { 
/**
 * The kind.
 */
kind: ServiceKind, 
/**
 * How far they came.
 */
counts: InsightsCounts, };

/**
 * A month's earnings.
 */
export type InsightsMonth = { 
/**
 * The month where the expert is, such as `2026-11`.
 */
month: string, 
/**
 * What was accepted in it and not cancelled since.
 */
accepted: InsightsAmount, 
/**
 * What was completed in it.
 */
completed: InsightsAmount, };

/**
 * The offers that share a template or a category.
 */
export type InsightsNamed = { 
/**
 * Its name; `None` for offers of which no template is recorded, or whose category is gone.
 */
name: string | null, 
/**
 * How far they came.
 */
counts: InsightsCounts, };

/**
 * The offers that are looked at: those first sent within it. Earnings are those of its months.
 */
export type InsightsPeriod = "days30" | "days90" | "months12" | "all";

/**
 * A currency's price bands.
 */
export type InsightsPrices = { 
/**
 * The currency's code.
 */
currency: string, 
/**
 * From the lowest to the highest that any offer falls into.
 */
bands: Array<InsightsBand>, };

/**
 * Asks for a period.
 */
export type InsightsShow = { 
/**
 * Which.
 */
period: InsightsPeriod, };

/**
 * How the expert's offers fared.
 */
export type InsightsView = { 
/**
 * The period.
 */
period: InsightsPeriod, 
/**
 * Whether the expert ever sent an offer.
 */
has_offers: boolean, 
/**
 * All offers of the period.
 */
counts: InsightsCounts, 
/**
 * Half of the accepted ones were accepted within this time of being sent.
 */
accept_median_seconds: number | null, 
/**
 * Nine of ten were.
 */
accept_p90_seconds: number | null, 
/**
 * By kind, the most often sent first.
 */
kinds: Array<InsightsKind>, 
/**
 * By template, the most often sent first.
 */
templates: Array<InsightsNamed>, 
/**
 * By category, the most often sent first.
 */
categories: Array<InsightsNamed>, 
/**
 * By price, for each currency.
 */
prices: Array<InsightsPrices>, 
/**
 * By month, for each currency.
 */
earnings: Array<InsightsEarnings>, };

/**
 * A kind to choose from.
 */
export type KindChoice = { 
/**
 * The kind.
 */
kind: ServiceKind, 
/**
 * Its name.
 */
label: string, 
/**
 * Whether call times can be proposed.
 */
is_call: boolean, 
/**
 * What keeps this kind from being offered now.
 */
blocker: OfferBlocker | null, };

/**
 * The language of the app. Only languages with a whole catalogue are here.
 */
export type Language = "system" | "english" | "spanish" | "german" | "japanese";

/**
 * Whose the lock is.
 */
export type LockState = "free" | "mine" | "other";

/**
 * The lock.
 */
export type LockView = { 
/**
 * Whose.
 */
state: LockState, 
/**
 * The other holder's name.
 */
holder_name: string | null, 
/**
 * When it ends, by this computer's clock.
 */
expires_at: string | null, 
/**
 * From when on its end is near, by this computer's clock.
 */
warns_at: string | null, };

/**
 * How far a message has come.
 */
export type MessageDelivery = { "kind": "sent" } | { "kind": "undoable", 
/**
 * The outbox entry.
 */
command_id: CommandId, 
/**
 * Until when it can be taken back.
 */
until: string, } | { "kind": "waiting", 
/**
 * The outbox entry.
 */
command_id: CommandId, 
/**
 * Whether it can still be taken back to be edited: it was never tried.
 */
is_editable: boolean, } | { "kind": "failed", 
/**
 * The outbox entry.
 */
command_id: CommandId, 
/**
 * Why.
 */
error: ApiError, };

/**
 * Keeps what was typed. Files are added apart.
 */
export type MessageDraftSave = { 
/**
 * On which question.
 */
question_id: QuestionId, 
/**
 * Answer or Information Request.
 */
kind: MessageKind, 
/**
 * The text, Markdown.
 */
text: string, 
/**
 * Whether the sentence that an OPTIONAL offer will follow is added.
 */
announces_offer: boolean, };

/**
 * The draft as it is kept.
 */
export type MessageDraftView = { 
/**
 * Answer or Information Request.
 */
kind: MessageKind, 
/**
 * The text, Markdown.
 */
text: string, 
/**
 * The text as the customer will see it.
 */
preview_html: string, 
/**
 * Whether the sentence that an OPTIONAL offer will follow is added.
 */
announces_offer: boolean, 
/**
 * Its files.
 */
attachments: Array<DraftAttachment>, 
/**
 * When it was last kept; `None` for an empty draft.
 */
saved_at: string | null, };

/**
 * A message on a question.
 */
export type MessageId = string;

/**
 * What a message is for.
 */
export type MessageKind = "answer" | "info_request" | "reply";

/**
 * Sends the kept draft.
 */
export type MessageSend = { 
/**
 * On which question.
 */
question_id: QuestionId, };

/**
 * A message.
 */
export type MessageView = { 
/**
 * Its id.
 */
id: MessageId, 
/**
 * What it is for.
 */
kind: MessageKind, 
/**
 * Who wrote it.
 */
author_name: string, 
/**
 * One or two letters for the avatar.
 */
author_initials: string, 
/**
 * Whether this expert wrote it.
 */
is_mine: boolean, 
/**
 * Its text, safe, with the announcement of an offer if it has one.
 */
text_html: string, 
/**
 * Its files.
 */
attachments: Array<Attachment>, 
/**
 * When the platform took it in, or when it was put into the outbox.
 */
sent_at: string, 
/**
 * How far it has come.
 */
delivery: MessageDelivery, };

/**
 * The answer of `navigation_take`.
 */
export type NavigationTaken = { 
/**
 * Where to go; `None` for the desk as it is.
 */
target: OpenTarget | null, };

/**
 * The next date of an offer.
 */
export type NextDate = { 
/**
 * What it is.
 */
kind: NextDateKind, 
/**
 * When.
 */
at: string, 
/**
 * Whether it is today or past and the expert is to act.
 */
is_urgent: boolean, };

/**
 * What the next date of an offer is.
 */
export type NextDateKind = "due" | "call" | "expires" | "reminder" | "completes" | "ended" | "sent";

/**
 * A request or response without content.
 */
export type Nothing = null;

/**
 * What is done with notices of one kind.
 */
export type NoticeChoice = { 
/**
 * Whether they are raised on the desktop.
 */
is_raised: boolean, 
/**
 * Whether that makes a sound.
 */
has_sound: boolean, };

/**
 * The choice for each kind.
 */
export type NoticeChoices = { 
/**
 * A customer accepted an offer.
 */
offer_accepted: NoticeChoice, 
/**
 * An offer was completed.
 */
offer_completed: NoticeChoice, 
/**
 * A customer declined an offer.
 */
offer_declined: NoticeChoice, 
/**
 * A customer replied.
 */
customer_replied: NoticeChoice, 
/**
 * A moderator replied.
 */
support_replied: NoticeChoice, 
/**
 * A lock ends soon.
 */
lock_ends_soon: NoticeChoice, 
/**
 * Several notices in one.
 */
digest: NoticeChoice, 
/**
 * The local copy is built anew.
 */
cache_rebuilt: NoticeChoice, };

/**
 * How much a notification says. Systems show notifications on a locked screen as well, so it holds everywhere.
 */
export type NoticeDetail = "full" | "event" | "nothing";

/**
 * What a notice tells.
 */
export type NoticeKind = "offer_accepted" | "offer_completed" | "offer_declined" | "customer_replied" | "support_replied" | "lock_ends_soon" | "digest" | "cache_rebuilt" | "part_restarted";

/**
 * The notices.
 */
export type NoticeList = { 
/**
 * Newest first, at most 200.
 */
notices: Array<NoticeView>, 
/**
 * How many are unread.
 */
unread_count: number, 
/**
 * Until when notifications are paused, if they are.
 */
paused_until: string | null, };

/**
 * Marks notices as read.
 */
export type NoticeMarkRead = { 
/**
 * Which; empty for all.
 */
ids: Array<string>, };

/**
 * Pauses notifications, or ends the pause.
 */
export type NoticePause = { 
/**
 * For how long from now, in minutes; 0 ends the pause.
 */
minutes: number, };

/**
 * What came of a test notification.
 */
export type NoticeTest = { 
/**
 * Whether the system took it.
 */
was_taken: boolean, 
/**
 * What is wrong and what to do: why it was not taken, or why others would not be raised now.
 */
problem: string | null, };

/**
 * One notice.
 */
export type NoticeView = { 
/**
 * Its key: the event's id.
 */
id: string, 
/**
 * What it tells.
 */
kind: NoticeKind, 
/**
 * Its title.
 */
title: string, 
/**
 * Who, what, how much.
 */
body: string, 
/**
 * When it happened.
 */
at: string, 
/**
 * Whether it was read.
 */
is_read: boolean, 
/**
 * Why the desktop did not show it, if it did not.
 */
raise_error: string | null, 
/**
 * Whether it waits for the end of the quiet hours or the pause.
 */
is_held: boolean, 
/**
 * The offer it is about.
 */
offer_id: OfferId | null, 
/**
 * The question it is about.
 */
question_id: QuestionId | null, };

/**
 * Something the expert can do with an offer now.
 */
export type OfferAction = "start" | "deliver" | "revise" | "withdraw" | "remind" | "cancel";

/**
 * What keeps an offer from being sent.
 */
export type OfferBlocker = "lock_first" | "answer_first";

/**
 * Ends an accepted offer.
 */
export type OfferCancel = { 
/**
 * Which.
 */
offer_id: OfferId, 
/**
 * Why; the customer sees it.
 */
reason: string, };

/**
 * One change of a revision.
 */
export type OfferChange = { 
/**
 * Of which field.
 */
field: ChangedField, 
/**
 * How.
 */
kind: OfferChangeKind, 
/**
 * What it was, ready to show, times in the customer's zone; `None` if there was nothing.
 */
old: string | null, 
/**
 * What it is, likewise.
 */
new: string | null, };

/**
 * How a field changed.
 */
export type OfferChangeKind = "changed" | "added" | "removed" | "moved";

/**
 * Keeps the delivery being written. Files are added apart.
 */
export type OfferDeliverySave = { 
/**
 * Which.
 */
offer_id: OfferId, 
/**
 * The message, or what came of the call.
 */
message: string, 
/**
 * Whether it reports a call's outcome.
 */
is_call_outcome: boolean, };

/**
 * Fills the fields from a template.
 */
export type OfferDialogApplyTemplate = { 
/**
 * The draft.
 */
draft_id: string, 
/**
 * The template.
 */
template_id: string, };

/**
 * Chooses a kind.
 */
export type OfferDialogChooseKind = { 
/**
 * The draft.
 */
draft_id: string, 
/**
 * The kind.
 */
kind: ServiceKind, };

/**
 * Takes all fields as they stand.
 */
export type OfferDialogEdit = { 
/**
 * The draft.
 */
draft_id: string, 
/**
 * The fields.
 */
fields: OfferFields, };

/**
 * Opens the dialog.
 */
export type OfferDialogOpen = { 
/**
 * On which question.
 */
question_id: QuestionId, 
/**
 * The offer to revise; `None` for a new one.
 */
revises: OfferId | null, };

/**
 * How far the dialog has come.
 */
export type OfferDialogPhase = { "kind": "editing" } | { "kind": "queued", 
/**
 * The offer's id.
 */
offer_id: OfferId, } | { "kind": "sent", 
/**
 * The offer's id.
 */
offer_id: OfferId, } | { "kind": "refused", 
/**
 * Why.
 */
error: ApiError, };

/**
 * Names an open dialog by its draft.
 */
export type OfferDialogRef = { 
/**
 * The draft.
 */
draft_id: string, };

/**
 * The dialog.
 */
export type OfferDialogView = { 
/**
 * The draft.
 */
draft_id: string, 
/**
 * The question.
 */
question_id: QuestionId, 
/**
 * Its short number.
 */
question_number: number, 
/**
 * Its title.
 */
question_title: string, 
/**
 * The customer's name.
 */
customer_name: string, 
/**
 * The customer's first name, for sentences.
 */
customer_first_name: string, 
/**
 * The offer being revised.
 */
revises: OfferId | null, 
/**
 * What a revision changes; `None` for a new offer.
 */
revision: OfferRevision | null, 
/**
 * The customer's time zone, if the platform told it: the expiry is chosen in it.
 */
customer_zone: string | null, 
/**
 * The fields as they stand.
 */
fields: OfferFields, 
/**
 * What is wrong with them; empty when it can be submitted. Pointers as in `OfferTerms`; `/kind` when none is
 * chosen.
 */
problems: Array<FieldProblem>, 
/**
 * What looks like a placeholder and is none.
 */
notices: Array<FieldNotice>, 
/**
 * What keeps any offer from being sent.
 */
blocker: OfferBlocker | null, 
/**
 * What the customer will see.
 */
preview: OfferPreview, 
/**
 * What the expert nets after the platform's share; `None` until the price can be read.
 */
net_text: string | null, 
/**
 * What the expert's own accepted offers of this kind cost.
 */
price_hint: PriceHint | null, 
/**
 * The kinds, in order.
 */
kinds: Array<KindChoice>, 
/**
 * The templates, own ones first.
 */
templates: Array<TemplateChoice>, 
/**
 * What can stand in braces in a template.
 */
placeholders: Array<Placeholder>, 
/**
 * The currencies, the preselected one first.
 */
currencies: Array<CurrencyChoice>, 
/**
 * Expiries to choose from beside none and a date.
 */
expiries: Array<ExpiryChoice>, 
/**
 * The largest sizes.
 */
sizes: OfferFieldSizes, 
/**
 * When the draft was last kept.
 */
saved_at: string, 
/**
 * How far it has come.
 */
phase: OfferDialogPhase, };

/**
 * What happened to an offer.
 */
export type OfferEventKind = "sent" | "viewed" | "held" | "declined" | "reconsidered" | "revised" | "withdrawn" | "expired" | "accepted" | "started" | "delivered" | "completed" | "cancelled";

/**
 * The largest sizes, for counters.
 */
export type OfferFieldSizes = { 
/**
 * Characters of the title.
 */
title_max_chars: number, 
/**
 * Characters of a deliverable.
 */
deliverable_max_chars: number, 
/**
 * Number of deliverables.
 */
deliverables_max: number, 
/**
 * Characters of the note.
 */
note_max_chars: number, 
/**
 * Number of call times.
 */
call_slots_max: number, };

/**
 * All fields as they stand in the dialog, as typed.
 */
export type OfferFields = { 
/**
 * The kind; `None` until one is chosen.
 */
kind: ServiceKind | null, 
/**
 * The title.
 */
title: string, 
/**
 * What the customer will receive, one a line; blank lines are left out when it is sent.
 */
deliverables: Array<string>, 
/**
 * The currency's code.
 */
currency: string, 
/**
 * The price as typed.
 */
price_text: string, 
/**
 * How long after acceptance it is delivered.
 */
delivery_time: DeliveryTime, 
/**
 * When it can no longer be accepted; `None` is the default.
 */
expires_at: string | null, 
/**
 * The note.
 */
note: string, 
/**
 * Proposed call times, up to three.
 */
call_slots: Array<CallSlotField>, };

/**
 * Rows that stand together.
 */
export type OfferGroup = { 
/**
 * Why.
 */
kind: OfferGroupKind, 
/**
 * How many there are, also beyond `limit`.
 */
count: number, 
/**
 * The sum in each currency, ready to show.
 */
amount_texts: Array<string>, 
/**
 * The rows.
 */
rows: Array<OfferRow>, };

/**
 * Why rows stand together; in the order of their declaration.
 */
export type OfferGroupKind = "refused" | "to_fulfil" | "in_progress" | "delivered" | "queued" | "awaiting" | "held" | "declined" | "completed" | "expired" | "withdrawn" | "cancelled";

/**
 * One entry of the history.
 */
export type OfferHistoryEntry = { 
/**
 * What happened.
 */
kind: OfferEventKind, 
/**
 * To which version.
 */
version: number, 
/**
 * When.
 */
at: string, };

/**
 * A premium offer, the same through all its versions.
 */
export type OfferId = string;

/**
 * An offer made on this question.
 */
export type OfferOnQuestion = { 
/**
 * Which.
 */
offer_id: OfferId, 
/**
 * Its title.
 */
title: string, 
/**
 * Its price, ready to show.
 */
amount_text: string, 
/**
 * Where it stands; `None` while it waits in the outbox.
 */
state: OfferState | null, 
/**
 * What of it waits in the outbox or was refused.
 */
pending: OfferPending | null, };

/**
 * What of an offer waits in the outbox or was refused.
 */
export type OfferPending = { 
/**
 * The outbox entry.
 */
command_id: CommandId, 
/**
 * What it does.
 */
kind: OutboxKind, 
/**
 * Why it was refused; `None` while it waits.
 */
error: ApiError | null, 
/**
 * Whether it can be taken back to be edited: it failed, or was never tried.
 */
is_editable: boolean, };

/**
 * Exactly what the customer will see.
 */
export type OfferPreview = { 
/**
 * The kind's name, empty until one is chosen.
 */
kind_label: string, 
/**
 * The title.
 */
title: string, 
/**
 * The whole price, `None` until it can be read.
 */
price_text: string | null, 
/**
 * Who offers.
 */
expert_name: string, 
/**
 * What the customer will receive.
 */
deliverables: Array<string>, 
/**
 * When it is delivered.
 */
delivery_text: string, 
/**
 * When it expires, in the customer's zone; `None` for never.
 */
expires_text: string | null, 
/**
 * The name of that zone.
 */
zone_name: string, 
/**
 * The note, safe; may be empty.
 */
note_html: string, 
/**
 * The proposed call times.
 */
call_slots: Array<PreviewSlot>, 
/**
 * The words around them.
 */
words: PreviewWords, 
/**
 * The email's subject.
 */
email_subject: string, 
/**
 * The email's text.
 */
email_text: string, };

/**
 * Names an offer.
 */
export type OfferRef = { 
/**
 * Which.
 */
offer_id: OfferId, };

/**
 * What a revision starts from and changes.
 */
export type OfferRevision = { 
/**
 * The version that the customer has.
 */
version: number, 
/**
 * What is different from it; while nothing is, the revision cannot be submitted.
 */
changes: Array<OfferChange>, };

/**
 * One offer of the list.
 */
export type OfferRow = { 
/**
 * Its id.
 */
offer_id: OfferId, 
/**
 * The question it was made on.
 */
question_id: QuestionId, 
/**
 * Its short number; `None` until the platform has it.
 */
number: number | null, 
/**
 * Its title.
 */
title: string, 
/**
 * The kind.
 */
kind: ServiceKind, 
/**
 * Who it is for.
 */
customer_name: string, 
/**
 * Where it stands with the outbox laid over it; `None` while the offer itself waits in the outbox.
 */
state: OfferState | null, 
/**
 * Whether it was refused.
 */
is_failed: boolean, 
/**
 * Whether something of it waits in the outbox.
 */
is_pending: boolean, 
/**
 * The price, ready to show.
 */
amount_text: string, 
/**
 * What comes next.
 */
next_date: NextDate | null, 
/**
 * When the customer last looked at it.
 */
viewed_at: string | null, 
/**
 * Whether something happened that this expert has not seen.
 */
is_unread: boolean, };

/**
 * Rows of one group.
 */
export type OfferRows = { 
/**
 * The rows asked for.
 */
rows: Array<OfferRow>, };

/**
 * Offers chosen from the list, of which the UI holds only a part.
 */
export type OfferSelection = { "kind": "these", 
/**
 * Which.
 */
offer_ids: Array<OfferId>, } | { "kind": "all_but", 
/**
 * As in [`RequestCentreList`].
 */
view: RequestView, 
/**
 * As in [`RequestCentreList`].
 */
search: string, 
/**
 * As in [`RequestCentreList`].
 */
filter: RequestFilter, 
/**
 * Those left out.
 */
offer_ids: Array<OfferId>, };

/**
 * Where an offer stands on the platform.
 */
export type OfferState = "sent" | "held" | "declined" | "accepted" | "in_progress" | "delivered" | "completed" | "withdrawn" | "expired" | "superseded" | "cancelled";

/**
 * Moves an own template to another place among the own ones.
 */
export type OfferTemplateMove = { 
/**
 * The draft of the dialog that is open.
 */
draft_id: string, 
/**
 * Which.
 */
template_id: string, 
/**
 * Its place from now on, counted from 0; past the end means last.
 */
to: number, };

/**
 * Names a template.
 */
export type OfferTemplateRef = { 
/**
 * The draft of the dialog that is open.
 */
draft_id: string, 
/**
 * Which.
 */
template_id: string, };

/**
 * Gives an own template another name.
 */
export type OfferTemplateRename = { 
/**
 * The draft of the dialog that is open.
 */
draft_id: string, 
/**
 * Which.
 */
template_id: string, 
/**
 * Its name from now on.
 */
name: string, };

/**
 * Keeps the fields as an own template, after all others.
 */
export type OfferTemplateSave = { 
/**
 * The draft whose fields are kept.
 */
draft_id: string, 
/**
 * The template's name.
 */
name: string, };

/**
 * An offer.
 */
export type OfferView = { 
/**
 * Its id.
 */
offer_id: OfferId, 
/**
 * Its short number, shown as `R-2091`; `None` until the platform has it.
 */
number: number | null, 
/**
 * The question it was made on.
 */
question_id: QuestionId, 
/**
 * Its short number.
 */
question_number: number, 
/**
 * Its title.
 */
question_title: string, 
/**
 * Who it is for.
 */
customer_name: string, 
/**
 * Their first name, for sentences.
 */
customer_first_name: string, 
/**
 * The current version.
 */
version: number, 
/**
 * Where it stands with the outbox laid over it; `None` while the offer itself waits in the outbox.
 */
state: OfferState | null, 
/**
 * The kind.
 */
kind: ServiceKind, 
/**
 * The title.
 */
title: string, 
/**
 * What the customer receives.
 */
deliverables: Array<string>, 
/**
 * The price, ready to show.
 */
amount_text: string, 
/**
 * What the expert nets after the platform's share.
 */
net_text: string, 
/**
 * How long after acceptance it is delivered.
 */
delivery_time: DeliveryTime, 
/**
 * When it is due, once accepted.
 */
due_at: string | null, 
/**
 * When it expires.
 */
expires_at: string | null, 
/**
 * The note, safe.
 */
note_html: string, 
/**
 * The proposed call times.
 */
call_slots: Array<CallSlot>, 
/**
 * The one the customer chose.
 */
chosen_call_slot: CallSlot | null, 
/**
 * When the customer last looked at it.
 */
viewed_at: string | null, 
/**
 * When a held offer's reminder is due.
 */
remind_at: string | null, 
/**
 * When a reminder of this version last went out.
 */
reminded_at: string | null, 
/**
 * Whether the customer can be reminded; `None` unless it is open.
 */
reminder: ReminderView | null, 
/**
 * Whether the email about it was given up.
 */
email_failed: boolean, 
/**
 * Why the customer declined.
 */
decline_reason: string | null, 
/**
 * Why it was cancelled.
 */
cancel_reason: string | null, 
/**
 * What was delivered.
 */
delivery: DeliveryView | null, 
/**
 * When it completes by itself.
 */
completes_at: string | null, 
/**
 * All that happened, newest first.
 */
history: Array<OfferHistoryEntry>, 
/**
 * What the expert can do with it now, the main one first.
 */
actions: Array<OfferAction>, 
/**
 * The delivery being written.
 */
delivery_draft: DeliveryDraftView, 
/**
 * What of it waits or was refused.
 */
pending: OfferPending | null, };

/**
 * Somewhere the window can go.
 */
export type OpenTarget = { "kind": "offer", 
/**
 * Which.
 */
offer_id: OfferId, } | { "kind": "question", 
/**
 * Which.
 */
question_id: QuestionId, } | { "kind": "request_centre" };

/**
 * One entry.
 */
export type OutboxEntryView = { 
/**
 * Its idempotency key.
 */
command_id: CommandId, 
/**
 * What it does.
 */
kind: OutboxKind, 
/**
 * The question it belongs to.
 */
question_id: QuestionId | null, 
/**
 * The offer it belongs to.
 */
offer_id: OfferId | null, 
/**
 * A line to know it by: the title of an offer, the beginning of a message.
 */
summary: string, 
/**
 * When it was put in.
 */
queued_at: string, 
/**
 * How often it was tried.
 */
attempts: number, 
/**
 * Where it stands.
 */
state: OutboxState, 
/**
 * Whether it can be taken back to be edited: it failed, or was never tried.
 */
is_editable: boolean, };

/**
 * What an entry does.
 */
export type OutboxKind = "answer" | "info_request" | "offer" | "revision" | "withdrawal" | "reminder" | "start" | "delivery" | "cancellation" | "support_request";

/**
 * Names an entry.
 */
export type OutboxRef = { 
/**
 * Which.
 */
command_id: CommandId, };

/**
 * Where an entry stands.
 */
export type OutboxState = { "kind": "undoable", 
/**
 * Until when.
 */
until: string, } | { "kind": "waiting" } | { "kind": "sending" } | { "kind": "refused", 
/**
 * Why.
 */
error: ApiError, } | { "kind": "parked", 
/**
 * Why.
 */
error: ApiError, };

/**
 * The outbox.
 */
export type OutboxView = { 
/**
 * Oldest first.
 */
entries: Array<OutboxEntryView>, };

/**
 * A phrase of the composer.
 */
export type Phrase = { 
/**
 * What it is for.
 */
purpose: PhrasePurpose, 
/**
 * Its id, if it is the expert's own.
 */
id: string | null, 
/**
 * Its name in the menu.
 */
name: string, 
/**
 * What is put into the text, with the customer's name in it.
 */
text: string, };

/**
 * The phrases as the open question shows them.
 */
export type PhraseList = { 
/**
 * The ready ones first.
 */
phrases: Array<Phrase>, };

/**
 * What a phrase is for.
 */
export type PhrasePurpose = "confirm" | "rate" | "details" | "goodbye" | "own";

/**
 * Names an own phrase.
 */
export type PhraseRef = { 
/**
 * The question that is open.
 */
question_id: QuestionId, 
/**
 * Which.
 */
phrase_id: string, };

/**
 * Keeps a text as an own phrase; the customer's first name in it becomes a placeholder. A phrase of that name gives way.
 */
export type PhraseSave = { 
/**
 * The question that it was written on.
 */
question_id: QuestionId, 
/**
 * Its name.
 */
name: string, 
/**
 * Its text.
 */
text: string, };

/**
 * A word in braces that stands for something of the question at hand.
 */
export type Placeholder = { 
/**
 * The word with its braces, such as `{customer}`.
 */
word: string, 
/**
 * What it stands for here.
 */
value: string, };

/**
 * A proposed call time on the customer's page.
 */
export type PreviewSlot = { 
/**
 * When, in the customer's zone, and for how long.
 */
text: string, 
/**
 * Whether it has passed and could not be chosen.
 */
is_past: boolean, };

/**
 * The words of the customer's page, in its own language.
 */
export type PreviewWords = { 
/**
 * Where the offer stands.
 */
state: string, 
/**
 * What that means.
 */
state_text: string, 
/**
 * Above what they will receive.
 */
receive: string, 
/**
 * Beside the price.
 */
whole_price: string, 
/**
 * Beside the delivery time.
 */
delivery: string, 
/**
 * Beside the expiry.
 */
open_until: string, 
/**
 * Above the proposed call times.
 */
choose_call_slot: string, 
/**
 * On the button that accepts.
 */
accept: string, 
/**
 * Under that button.
 */
nothing_chosen: string, 
/**
 * On the button that keeps it for later.
 */
not_now: string, 
/**
 * On the button that declines.
 */
decline: string, };

/**
 * What the expert's own accepted offers of the chosen kind cost in the chosen currency; three at least.
 */
export type PriceHint = { 
/**
 * How many they are.
 */
count: number, 
/**
 * The lowest price, ready to show.
 */
low_text: string, 
/**
 * The one in the middle, ready to show.
 */
median_text: string, 
/**
 * The highest, ready to show.
 */
high_text: string, 
/**
 * Whether all cost the same.
 */
is_one_price: boolean, };

/**
 * A customer's question.
 */
export type QuestionId = string;

/**
 * Names a question.
 */
export type QuestionRef = { 
/**
 * Which.
 */
question_id: QuestionId, };

/**
 * Where a question stands. Who holds it is its [`Lock`], not its state.
 */
export type QuestionState = "open" | "answered" | "closed";

/**
 * The counts on the filter's segments.
 */
export type QueueCounts = { 
/**
 * All.
 */
all: number, 
/**
 * The expert's own.
 */
mine: number, 
/**
 * Where the customer is to act.
 */
waiting: number, };

/**
 * Which questions.
 */
export type QueueFilter = "all" | "mine" | "waiting";

/**
 * Rows that stand together.
 */
export type QueueGroup = { 
/**
 * Why.
 */
kind: QueueGroupKind, 
/**
 * How many there are, also beyond `limit`.
 */
count: number, 
/**
 * The rows.
 */
rows: Array<QueueRow>, };

/**
 * Why rows stand together.
 */
export type QueueGroupKind = "locked_by_you" | "answered_by_you" | "open" | "others";

/**
 * Asks for the queue.
 */
export type QueueList = { 
/**
 * Which questions.
 */
filter: QueueFilter, 
/**
 * Words that must occur in number, title, text or customer's name, the last one perhaps unfinished; empty for all.
 */
search: string, 
/**
 * How many rows of each group at most.
 */
limit: number, };

/**
 * Asks for more rows of one group: the list shows a window of what may be very many.
 */
export type QueuePage = { 
/**
 * As in [`QueueList`].
 */
filter: QueueFilter, 
/**
 * As in [`QueueList`].
 */
search: string, 
/**
 * Which group.
 */
group: QueueGroupKind, 
/**
 * How many rows of it come before.
 */
offset: number, 
/**
 * How many rows at most.
 */
limit: number, };

/**
 * One row.
 */
export type QueueRow = { 
/**
 * The question.
 */
question_id: QuestionId, 
/**
 * Its short number, shown as `Q-48213`.
 */
number: number, 
/**
 * Its category's name.
 */
category_name: string, 
/**
 * Its title.
 */
title: string, 
/**
 * The customer's name, shortened as in `Helen M.`.
 */
customer_name: string, 
/**
 * The latest message or change.
 */
last_activity_at: string, 
/**
 * Whether something came that this expert has not seen.
 */
is_unread: boolean, 
/**
 * What is to be said of it.
 */
status: QueueStatus, 
/**
 * When this expert's lock ends.
 */
lock_expires_at: string | null, 
/**
 * Who else holds it.
 */
lock_holder_name: string | null, 
/**
 * Whether something of it waits in the outbox.
 */
is_pending: boolean, 
/**
 * Whether something of it was refused.
 */
is_failed: boolean, };

/**
 * Rows of one group.
 */
export type QueueRows = { 
/**
 * How many there are in all.
 */
count: number, 
/**
 * The rows asked for.
 */
rows: Array<QueueRow>, };

/**
 * What a row says of its question: shown as icon and word.
 */
export type QueueStatus = { "kind": "open" } | { "kind": "locked" } | { "kind": "locked_by_other" } | { "kind": "info_requested" } | { "kind": "new_reply" } | { "kind": "answered" } | { "kind": "confirmed" } | { "kind": "offer", 
/**
 * Where the latest stands.
 */
state: OfferState, } | { "kind": "closed" };

/**
 * The queue.
 */
export type QueueView = { 
/**
 * The counts on the filter's segments.
 */
counts: QueueCounts, 
/**
 * The groups that have rows, in order.
 */
groups: Array<QueueGroup>, };

/**
 * When nothing is raised, every day, by this computer's clock. Across midnight if it ends before it begins.
 */
export type QuietHours = { 
/**
 * Whether they are kept.
 */
is_on: boolean, 
/**
 * When they begin, in minutes since midnight.
 */
from_minute: number, 
/**
 * When they end, in minutes since midnight.
 */
to_minute: number, };

/**
 * The customer's rating.
 */
export type RatingView = { 
/**
 * 1 to 5.
 */
stars: number, 
/**
 * The comment, safe; may be empty.
 */
comment_html: string, 
/**
 * When.
 */
rated_at: string, };

/**
 * Why the customer cannot be reminded now.
 */
export type ReminderBlocker = { "kind": "too_early", 
/**
 * From when on it may be.
 */
allowed_at: string, } | { "kind": "already_sent", 
/**
 * When.
 */
reminded_at: string, } | { "kind": "planned", 
/**
 * When.
 */
remind_at: string, } | { "kind": "expired" };

/**
 * Whether the customer of an open offer can be reminded.
 */
export type ReminderView = { 
/**
 * Why not; `None` if they can.
 */
blocker: ReminderBlocker | null, };

/**
 * How long ago an offer was first sent.
 */
export type RequestAge = "week" | "month" | "quarter" | "older";

/**
 * A category that offers can be narrowed to.
 */
export type RequestCategoryChoice = { 
/**
 * The category.
 */
category_id: CategoryId, 
/**
 * Its name.
 */
name: string, };

/**
 * Asks for a view.
 */
export type RequestCentreList = { 
/**
 * Which view.
 */
view: RequestView, 
/**
 * Words that must occur in title, customer or question; empty for all.
 */
search: string, 
/**
 * What else the offers must be.
 */
filter: RequestFilter, 
/**
 * How many rows of each group at most.
 */
limit: number, 
/**
 * Offers that the expert has selected: the answer says which of them the view still shows.
 */
selected_ids: Array<OfferId>, };

/**
 * Marks offers as read.
 */
export type RequestCentreMarkRead = { 
/**
 * Which.
 */
offers: OfferSelection, };

/**
 * What was marked.
 */
export type RequestCentreMarked = { 
/**
 * How many of them were unread.
 */
marked_count: number, };

/**
 * Asks for more rows of one group: the list shows a window of what may be very many.
 */
export type RequestCentrePage = { 
/**
 * As in [`RequestCentreList`].
 */
search: string, 
/**
 * As in [`RequestCentreList`].
 */
filter: RequestFilter, 
/**
 * Which group.
 */
group: OfferGroupKind, 
/**
 * How many rows of it come before.
 */
offset: number, 
/**
 * How many rows at most.
 */
limit: number, };

/**
 * The Request Centre.
 */
export type RequestCentreView = { 
/**
 * All views with their counts.
 */
views: Array<RequestViewCount>, 
/**
 * The chosen view's groups.
 */
groups: Array<OfferGroup>, 
/**
 * What the offers can be narrowed to.
 */
choices: RequestFilterChoices, 
/**
 * Requests for help, newest first.
 */
support_requests: Array<SupportRequestView>, 
/**
 * How many unread offers there are, for the badge.
 */
unread_count: number, 
/**
 * Those of the selected offers that the view shows.
 */
selected_ids: Array<OfferId>, };

/**
 * Narrows the offers of every view; what is not set narrows nothing.
 */
export type RequestFilter = { 
/**
 * The kind.
 */
kind: ServiceKind | null, 
/**
 * Where it stands; what waits in the outbox stands nowhere yet.
 */
state: OfferState | null, 
/**
 * The question's category.
 */
category_id: CategoryId | null, 
/**
 * The currency of its price.
 */
currency: string | null, 
/**
 * The smallest price in that currency, as typed; empty for any.
 */
min_text: string, 
/**
 * The largest price in that currency, as typed; empty for any.
 */
max_text: string, 
/**
 * How long ago it was first sent.
 */
age: RequestAge | null, };

/**
 * What the expert's offers can be narrowed to: only what occurs among them.
 */
export type RequestFilterChoices = { 
/**
 * The kinds.
 */
kinds: Array<RequestKindChoice>, 
/**
 * The states.
 */
states: Array<OfferState>, 
/**
 * The categories.
 */
categories: Array<RequestCategoryChoice>, 
/**
 * The currencies' codes.
 */
currencies: Array<string>, };

/**
 * A kind of service that offers can be narrowed to.
 */
export type RequestKindChoice = { 
/**
 * The kind.
 */
kind: ServiceKind, 
/**
 * Its name.
 */
label: string, };

/**
 * A view of the Request Centre.
 */
export type RequestView = "all_open" | "needs_you" | "waiting" | "in_progress" | "done";

/**
 * A view's count and amounts.
 */
export type RequestViewCount = { 
/**
 * Which view.
 */
view: RequestView, 
/**
 * How many.
 */
count: number, 
/**
 * The sum in each currency, ready to show.
 */
amount_texts: Array<string>, };

/**
 * An account saved on this computer.
 */
export type SavedAccount = { 
/**
 * Whose.
 */
account_id: AccountId, 
/**
 * The expert's name.
 */
name: string, 
/**
 * One or two letters for the avatar.
 */
initials: string, 
/**
 * Their address.
 */
email: string, 
/**
 * The platform's address.
 */
platform_url: string, 
/**
 * Whether it is the present one.
 */
is_current: boolean, };

/**
 * A customer whose name was found.
 */
export type SearchCustomer = { 
/**
 * Who.
 */
customer_id: AccountId, 
/**
 * Their name.
 */
name: SearchText, 
/**
 * How many of their questions are known here.
 */
question_count: number, };

/**
 * One find.
 */
export type SearchHit = { 
/**
 * What was found.
 */
found: SearchHitKind, 
/**
 * The question it belongs to.
 */
question_id: QuestionId, 
/**
 * The question's short number; `None` while the question itself is not known here.
 */
question_number: number | null, 
/**
 * The question's state.
 */
question_state: QuestionState | null, 
/**
 * The question's title, or the offer's.
 */
title: SearchText, 
/**
 * Where in the text it was found.
 */
snippet: SearchText, 
/**
 * The customer's name, shortened as in `Helen M.`.
 */
customer_name: string, 
/**
 * The category's name.
 */
category_name: string, 
/**
 * When it was asked, written or sent.
 */
at: string, };

/**
 * What was found.
 */
export type SearchHitKind = { "kind": "question" } | { "kind": "message", 
/**
 * Which.
 */
message_id: MessageId, 
/**
 * Its kind.
 */
message_kind: MessageKind, } | { "kind": "offer", 
/**
 * Which.
 */
offer_id: OfferId, 
/**
 * Where it stands.
 */
offer_state: OfferState, };

/**
 * Asks for what contains all the words, newest first.
 */
export type SearchList = { 
/**
 * What was typed: words, of which the last may be unfinished, phrases in quotes, and the filters `state:`,
 * `category:` and `customer:`. No text is wrong.
 */
query: string, 
/**
 * Where to go on: [`SearchView::next`] of the page before; `None` for the first page.
 */
after: string | null, 
/**
 * How many finds at most; 0 for the usual number.
 */
limit: number, };

/**
 * A piece of a text, characters in UTF-16 as JavaScript counts them. Hostile text.
 */
export type SearchText = { 
/**
 * The piece, in one line.
 */
text: string, 
/**
 * What of it was looked for, in order.
 */
highlights: Array<TextRange>, };

/**
 * What was found.
 */
export type SearchView = { 
/**
 * The finds, newest first.
 */
hits: Array<SearchHit>, 
/**
 * A few customers of that name; on the first page only.
 */
customers: Array<SearchCustomer>, 
/**
 * Where to go on; `None` when nothing is left. A page may be short and still have a next one.
 */
next: string | null, 
/**
 * Whether everything on this computer can be found already: after a first sync the index is made last.
 */
is_complete: boolean, };

/**
 * A kind of premium service that an expert may offer.
 */
export type ServiceKind = "secure_remote_assistance" | "follow_up_call" | "confidential_channel" | "letter_templates" | "document_preparation" | "website_design_and_programming" | "in_depth_research" | "additional_diagrams_and_manuals" | "upgrade_to_phone_call" | "other";

/**
 * Signs in. Its `Debug` form hides the password.
 */
export type SessionSignIn = { 
/**
 * The platform's address, such as `https://answers.example`.
 */
platform_url: string, 
/**
 * The expert's address.
 */
email: string, 
/**
 * The password; passed on, never kept.
 */
password: string, 
/**
 * The code of the authenticator app or a recovery code, once the platform has asked for one.
 */
code?: string, };

/**
 * Where the session stands.
 */
export type SessionState = "signed_out" | "signed_in" | "expired";

/**
 * The session.
 */
export type SessionView = { 
/**
 * Where it stands.
 */
state: SessionState, 
/**
 * The expert, when signed in or expired.
 */
expert: ExpertView | null, 
/**
 * The platform's address last used, for the sign-in form.
 */
platform_url: string, 
/**
 * The address last used, for the sign-in form.
 */
email: string, 
/**
 * How the token is kept; `None` when signed out.
 */
token_kept: TokenKept | null, 
/**
 * The accounts saved on this computer, the one used last first.
 */
accounts: Array<SavedAccount>, };

/**
 * What the expert can set.
 */
export type Settings = { 
/**
 * Light or dark.
 */
appearance: Appearance, 
/**
 * How large everything is drawn, in percent: 80 to 200.
 */
zoom_percent: number, 
/**
 * The language.
 */
language: Language, 
/**
 * Whether notifications are raised on the desktop at all.
 */
notifications: boolean, 
/**
 * Which of them, and with sound or not.
 */
notice_choices: NoticeChoices, 
/**
 * How much they say.
 */
notice_detail: NoticeDetail, 
/**
 * When none are raised.
 */
quiet_hours: QuietHours, 
/**
 * Whether the program goes on in the tray when its window is closed; `None` until the expert was asked.
 */
keeps_in_tray: boolean | null, 
/**
 * How long a sent message can be taken back, in seconds; 0 for not at all.
 */
undo_seconds: number, 
/**
 * Which releases of the app are offered.
 */
update_channel: UpdateChannel, };

/**
 * Lets the app start at login, or not.
 */
export type SettingsStartAtLogin = { 
/**
 * Whether it shall.
 */
starts: boolean, };

/**
 * The settings and what they stand beside.
 */
export type SettingsView = { 
/**
 * What the expert can set.
 */
settings: Settings, 
/**
 * Until when notifications are paused, if they are.
 */
paused_until: string | null, 
/**
 * What the system can do.
 */
system: SystemView, 
/**
 * Where the desk keeps its data.
 */
data_folder: string, 
/**
 * The app's version.
 */
version: string, };

/**
 * A step and when it was done.
 */
export type Step = { 
/**
 * Which one.
 */
kind: StepKind, 
/**
 * Whether it is done.
 */
is_done: boolean, 
/**
 * When, where that is known.
 */
done_at: string | null, };

/**
 * A step of the flow.
 */
export type StepKind = "locked" | "scope_clear" | "answered" | "confirmed" | "offered";

/**
 * Keeps the request being written.
 */
export type SupportDraftSave = { 
/**
 * The subject.
 */
subject: string, 
/**
 * The text.
 */
text: string, };

/**
 * The request being written.
 */
export type SupportDraftView = { 
/**
 * The subject.
 */
subject: string, 
/**
 * The text.
 */
text: string, 
/**
 * When it was last kept; `None` for an empty draft.
 */
saved_at: string | null, };

/**
 * A request for help to the category's moderator.
 */
export type SupportRequestId = string;

/**
 * All requests.
 */
export type SupportRequestList = { 
/**
 * Newest first.
 */
requests: Array<SupportRequestView>, 
/**
 * The one being written.
 */
draft: SupportDraftView, };

/**
 * Asks for help.
 */
export type SupportRequestSend = { 
/**
 * About which question, if any.
 */
question_id: QuestionId | null, 
/**
 * The subject.
 */
subject: string, 
/**
 * The text.
 */
text: string, };

/**
 * Where a support request stands.
 */
export type SupportRequestState = "open" | "answered";

/**
 * One request.
 */
export type SupportRequestView = { 
/**
 * Its id.
 */
id: SupportRequestId, 
/**
 * The question it is about.
 */
question_id: QuestionId | null, 
/**
 * That question's short number, if this computer knows it.
 */
question_number: number | null, 
/**
 * The subject.
 */
subject: string, 
/**
 * The text, safe.
 */
text_html: string, 
/**
 * When it was made.
 */
requested_at: string, 
/**
 * Where it stands; `None` while it waits in the outbox.
 */
state: SupportRequestState | null, 
/**
 * The moderator's reply, safe.
 */
reply_html: string | null, 
/**
 * When it was replied to.
 */
replied_at: string | null, 
/**
 * Why it could not be sent; `None` while it waits and once the platform has it.
 */
pending: OfferPending | null, };

/**
 * What the system around the app can do and does.
 */
export type SystemView = { 
/**
 * Why there is no icon in the tray; `None` if there is one.
 */
tray_problem: string | null, 
/**
 * Whether the app starts when its owner logs in; `None` if the system does not say.
 */
starts_at_login: boolean | null, };

/**
 * A template to choose from.
 */
export type TemplateChoice = { 
/**
 * Its id.
 */
id: string, 
/**
 * Its name.
 */
name: string, 
/**
 * Its kind.
 */
kind: ServiceKind, 
/**
 * Whether it came with the app; own ones can be renamed, moved, updated and deleted.
 */
is_starter: boolean, };

/**
 * A range of a text.
 */
export type TextRange = { 
/**
 * The first unit.
 */
start: number, 
/**
 * The unit behind the last.
 */
end: number, };

/**
 * How the session's token is kept.
 */
export type TokenKept = "keychain" | "this_run";

/**
 * Why the app does not restart just now.
 */
export type UpdateBlocker = "unsaved_draft" | "sending";

/**
 * Which releases are offered.
 */
export type UpdateChannel = "stable" | "beta";

/**
 * Asks to install or to restart.
 */
export type UpdateConsent = { 
/**
 * Whether something that was typed could not be kept.
 */
has_unsaved_draft: boolean, };

/**
 * What went wrong with an update. The version that runs goes on running.
 */
export type UpdateProblem = "unreachable" | "not_understood" | "bad_signature" | "older_version" | "held_back" | "not_installed";

/**
 * How an update stands.
 */
export type UpdateState = "unavailable" | "up_to_date" | "checking" | "available" | "downloading" | "ready" | "installing" | "installed";

/**
 * The update as it stands.
 */
export type UpdateView = { 
/**
 * How it stands.
 */
state: UpdateState, 
/**
 * The version that runs.
 */
current_version: string, 
/**
 * The version that is announced, if it is newer.
 */
version: string | null, 
/**
 * What is new in it, as safe HTML; empty if nothing is said.
 */
notes_html: string, 
/**
 * When it was published.
 */
published_at: string | null, 
/**
 * How much of it has come.
 */
received_bytes: number, 
/**
 * How much there is to come, once that is known.
 */
size_bytes: number | null, 
/**
 * When the channel was last asked with success.
 */
checked_at: string | null, 
/**
 * What went wrong last.
 */
problem: UpdateProblem | null, 
/**
 * What was said of it, in English; may be empty.
 */
problem_detail: string, 
/**
 * Why it did not go on when it was last asked to.
 */
blocker: UpdateBlocker | null, 
/**
 * Whether this version was installed by the restart just before.
 */
is_fresh: boolean, };

/** Every request, with what it takes and what it gives. */
export type Requests = {
  /** Who is signed in, and where. */
  session_show: { request: Nothing; response: SessionView };
  /** Signs in and begins to sync. */
  session_sign_in: { request: SessionSignIn; response: SessionView };
  /** Signs out here; drafts and outbox stay on this computer. */
  session_sign_out: { request: Nothing; response: SessionView };
  /** Goes on with another saved account. */
  session_switch: { request: AccountRef; response: SessionView };
  /** Signs out of a saved account that is not the present one. */
  session_forget: { request: AccountRef; response: SessionView };
  /** How the desk stands to its platform. */
  connection_show: { request: Nothing; response: ConnectionView };
  /** Tries to reach the platform now. */
  connection_retry: { request: Nothing; response: ConnectionView };
  /** The question queue. */
  queue_list: { request: QueueList; response: QueueView };
  /** More rows of one of its groups. */
  queue_page: { request: QueuePage; response: QueueRows };
  /** Searches questions, messages, offers and customers in the cache, newest first. */
  search_list: { request: SearchList; response: SearchView };
  /** One question with its whole conversation; marks it as read. */
  question_show: { request: QuestionRef; response: ConversationView };
  /** Takes the lock. Needs the platform. */
  question_lock: { request: QuestionRef; response: ConversationView };
  /** Gives the lock back ("opt out"). Needs the platform. */
  question_release: { request: QuestionRef; response: ConversationView };
  /** Extends the lock by one click. Needs the platform. */
  question_extend: { request: QuestionRef; response: ConversationView };
  /** Keeps what was typed. */
  message_draft_save: { request: MessageDraftSave; response: MessageDraftView };
  /** Puts the draft into the outbox; it goes out after the undo window. */
  message_send: { request: MessageSend; response: ConversationView };
  /** Keeps a text as an own phrase. */
  phrase_save: { request: PhraseSave; response: PhraseList };
  /** Deletes an own phrase. */
  phrase_delete: { request: PhraseRef; response: PhraseList };
  /** Adds a file to a draft. */
  attachment_add: { request: AttachmentAdd; response: DraftAttachment };
  /** Takes a file off a draft. */
  attachment_remove: { request: AttachmentRemove; response: Nothing };
  /** Fetches a file (from the cache, else from the platform) and saves it to the downloads folder. */
  attachment_save: { request: AttachmentRef; response: AttachmentSaved };
  /** A picture's bytes (from this computer, else from the platform), to be shown. */
  attachment_preview: { request: AttachmentRef; response: AttachmentPreview };
  /** What waits to be sent, and what could not be. */
  outbox_list: { request: Nothing; response: OutboxView };
  /** Takes an entry back within its undo window, into its draft. */
  outbox_undo: { request: OutboxRef; response: OutboxView };
  /** Sends a parked entry again, with the same key. */
  outbox_retry: { request: OutboxRef; response: OutboxView };
  /** Turns an entry that failed, or was never tried, back into an editable draft. */
  outbox_edit: { request: OutboxRef; response: OutboxView };
  /** Throws a refused entry away. */
  outbox_discard: { request: OutboxRef; response: OutboxView };
  /** Opens the offer dialog on a question, with its kept draft if there is one. */
  offer_dialog_open: { request: OfferDialogOpen; response: OfferDialogView };
  /** Takes all fields as they stand; validates, previews and keeps them. */
  offer_dialog_edit: { request: OfferDialogEdit; response: OfferDialogView };
  /** Chooses a kind; its starter template fills what was not typed by hand. */
  offer_dialog_choose_kind: { request: OfferDialogChooseKind; response: OfferDialogView };
  /** Fills the fields from a template. */
  offer_dialog_apply_template: { request: OfferDialogApplyTemplate; response: OfferDialogView };
  /** Submits the offer: into the outbox, and out. */
  offer_dialog_submit: { request: OfferDialogRef; response: OfferDialogView };
  /** Throws the draft away. */
  offer_dialog_discard: { request: OfferDialogRef; response: Nothing };
  /** Keeps the dialog's fields as an own template. */
  offer_template_save: { request: OfferTemplateSave; response: OfferDialogView };
  /** Puts the dialog's fields into an own template. */
  offer_template_update: { request: OfferTemplateRef; response: OfferDialogView };
  /** Gives an own template another name. */
  offer_template_rename: { request: OfferTemplateRename; response: OfferDialogView };
  /** Moves an own template among the own ones. */
  offer_template_move: { request: OfferTemplateMove; response: OfferDialogView };
  /** Deletes an own template. */
  offer_template_delete: { request: OfferTemplateRef; response: OfferDialogView };
  /** The Request Centre. */
  request_centre_list: { request: RequestCentreList; response: RequestCentreView };
  /** More rows of one of its groups. */
  request_centre_page: { request: RequestCentrePage; response: OfferRows };
  /** Marks offers as read, many at once. */
  request_centre_mark_read: { request: RequestCentreMarkRead; response: RequestCentreMarked };
  /** How the expert's offers fared, in a period. */
  insights_show: { request: InsightsShow; response: InsightsView };
  /** Saves the period's offers as CSV to the downloads folder. */
  insights_export: { request: InsightsShow; response: InsightsExported };
  /** One offer in full; marks it as read. */
  offer_show: { request: OfferRef; response: OfferView };
  /** Starts the work on an accepted offer. */
  offer_start: { request: OfferRef; response: OfferView };
  /** Keeps the delivery being written. */
  offer_delivery_save: { request: OfferDeliverySave; response: DeliveryDraftView };
  /** Delivers what was kept by `offer_delivery_save`. */
  offer_deliver: { request: OfferRef; response: OfferView };
  /** Takes an open or declined offer back. */
  offer_withdraw: { request: OfferRef; response: OfferView };
  /** Reminds the customer of an open offer, once a version. */
  offer_remind: { request: OfferRef; response: OfferView };
  /** Ends an accepted offer, with a reason. */
  offer_cancel: { request: OfferCancel; response: OfferView };
  /** Asks the category's moderator for help. */
  support_request_send: { request: SupportRequestSend; response: SupportRequestList };
  /** Keeps the request for help being written. */
  support_draft_save: { request: SupportDraftSave; response: SupportDraftView };
  /** The requests for help and their replies. */
  support_request_list: { request: Nothing; response: SupportRequestList };
  /** The notices, newest first. */
  notice_list: { request: Nothing; response: NoticeList };
  /** Marks notices as read. */
  notice_mark_read: { request: NoticeMarkRead; response: NoticeList };
  /** Raises a test notification and says what came of it. */
  notice_send_test: { request: Nothing; response: NoticeTest };
  /** Pauses notifications, or ends the pause; what comes meanwhile is told in one digest. */
  notice_pause: { request: NoticePause; response: NoticeList };
  /** Says what the expert is looking at. */
  attention_note: { request: AttentionNote; response: Nothing };
  /** The settings. */
  settings_show: { request: Nothing; response: SettingsView };
  /** Changes the settings. */
  settings_save: { request: Settings; response: SettingsView };
  /** Lets the app start at login, or not. */
  settings_start_at_login: { request: SettingsStartAtLogin; response: SettingsView };
  /** Closes the window, as the setting for the tray says. */
  window_close: { request: Nothing; response: Nothing };
  /** How much room the desk's data takes. */
  data_show: { request: Nothing; response: DataView };
  /** Exports the expert's own data into a folder among the downloads; no token is in it. */
  data_export: { request: Nothing; response: DataExported };
  /** The first steps of a newcomer. */
  guide_show: { request: Nothing; response: GuideView };
  /** Shows the first steps, or puts them away. */
  guide_open: { request: GuideOpen; response: GuideView };
  /** What a support person asks for; holds no secret. */
  diagnostics_show: { request: Nothing; response: DiagnosticsView };
  /** How an update of the app stands. */
  update_show: { request: Nothing; response: UpdateView };
  /** Asks the channel for a newer version now. */
  update_check: { request: Nothing; response: UpdateView };
  /** Fetches the newer version; events tell how far it is. */
  update_download: { request: Nothing; response: UpdateView };
  /** Has the system install what was fetched, unless something stands in its way. */
  update_install: { request: UpdateConsent; response: UpdateView };
  /** Restarts the app into the installed version, unless something stands in its way. */
  update_restart: { request: UpdateConsent; response: UpdateView };
  /** Where the window shall go, if a notification or link opened it; asked once at start. */
  navigation_take: { request: Nothing; response: NavigationTaken };
};
