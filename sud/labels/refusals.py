"""What is said to people when the court's verbs refuse."""

from enum import StrEnum

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from sud.errors import Refusal

PAIRS: tuple[tuple[StrEnum, LazyString], ...] = (
    (Refusal.STALE, _("Someone changed this in the meantime. Look at it again, then repeat.")),
    (Refusal.NOT_NOW, _("This cannot be done now: the matter has moved on.")),
    (Refusal.FILE_EMPTY, _("The file %(name)s is empty. Choose the file again.")),
    (Refusal.FILE_TOO_LARGE, _("The file %(name)s is larger than %(limit)s. Make it smaller.")),
    (
        Refusal.FILE_NOT_ALLOWED,
        _(
            "The court does not take files like %(name)s. Hand in PDF, JPEG, PNG, TIFF or DOCX:"
            " save or print a document as PDF, set a telephone to take photographs as JPEG."
        ),
    ),
    (
        Refusal.FILE_NOT_WHAT_IT_SAYS,
        _("The file %(name)s is not what its name says. Save it as PDF and choose that file."),
    ),
    (
        Refusal.FILE_ENCRYPTED,
        _(
            "The file %(name)s is locked with a password. Open it with the password, choose Print"
            " and Save as PDF, and hand in the new file, which has none."
        ),
    ),
    (Refusal.FILE_DAMAGED, _("The file %(name)s is damaged and cannot be opened.")),
    (
        Refusal.FILE_TOO_MANY_PAGES,
        _("The file %(name)s has more than %(most)s pages. Split it into several files."),
    ),
    (Refusal.TOO_MANY_FILES, _("At most %(most)s files can be attached.")),
    (
        Refusal.UPLOADS_TOO_MANY,
        _("%(most)s of your files wait here already. Attach some or take them away."),
    ),
    (
        Refusal.UPLOADS_TOO_LARGE,
        _("Your files here would be more than %(limit)s together. Attach some or take them away."),
    ),
    (
        Refusal.UPLOAD_NOT_WHOLE,
        _("The file %(name)s has not arrived whole. Choose it again: it goes on where it stopped."),
    ),
    (
        Refusal.UPLOAD_GONE,
        _("A file that you sent before is not kept any more. Choose it again."),
    ),
    (
        Refusal.FILE_DANGEROUS,
        _("The file %(name)s could do harm when opened. Print it to a new PDF and choose that."),
    ),
    (
        Refusal.FILE_INFECTED,
        _(
            "A virus was found in the file %(name)s. It was not taken. Have your device checked,"
            " then hand in a clean copy."
        ),
    ),
    (
        Refusal.FILE_NOT_SCANNED,
        _(
            "The file %(name)s could not be checked for viruses just now and was not taken. Your"
            " other entries are kept: try again in some minutes."
        ),
    ),
    (Refusal.FILING_INCOMPLETE, _("Something is still missing: %(what)s.")),
    (
        Refusal.FILING_UNSIGNED,
        _("The law wants such a claim to be signed. Sign it in one of the ways below, then file."),
    ),
    (
        Refusal.BLANK_INCOMPLETE,
        _("The paper is not finished: answer the questions that are marked."),
    ),
    (
        Refusal.TOO_MANY_DRAFTS,
        _("You already have %(most)s unfinished papers. Delete those that you do not need."),
    ),
    (
        Refusal.HEARING_ON_DAY_OFF,
        _("%(day)s is a day off: %(why)s. The next working day is %(next)s."),
    ),
    (Refusal.HEARING_IN_PAST, _("The hearing must lie in the future.")),
    (
        Refusal.RULE_NOT_AHEAD,
        _("A new rule begins tomorrow or later. What was filed until then was filed rightly."),
    ),
    (Refusal.HEARING_OUT_OF_HOURS, _("The court works from %(opens)s to %(closes)s.")),
    (
        Refusal.HEARING_ON_WEEKEND,
        _("%(day)s is a weekend. The next working day is %(next)s."),
    ),
    (
        Refusal.JUDGE_BUSY,
        _("The judge hears case %(number)s from %(begins)s to %(ends)s on that day."),
    ),
    (
        Refusal.ROOM_BUSY,
        _("%(room)s is taken from %(begins)s to %(ends)s on that day (case %(number)s)."),
    ),
    (Refusal.NO_JUDGE_YET, _("The case has no judge yet.")),
    (
        Refusal.STORE_AWAY,
        _("The store of the court's papers does not answer. Nothing was changed: try again later."),
    ),
    (Refusal.ACT_INCOMPLETE, _("The act cannot be issued: %(what)s is empty.")),
    (Refusal.ACT_ALREADY_ISSUED, _("This act has been issued and cannot be changed.")),
    (
        Refusal.ACT_UNPRINTABLE,
        _("The court's paper cannot print these signs: %(signs)s. Replace them."),
    ),
    (Refusal.NAMES_LEFT, _("Personal data is still in the text: %(count)s places.")),
    (Refusal.DOUBTS_OPEN, _("%(count)s doubtful places are still to be decided.")),
    (Refusal.TEXT_NOT_FOUND, _("These words do not stand in the act, or are replaced already.")),
    (Refusal.NOT_PUBLIC, _("The text of such a case is never published; only its card may be.")),
    (Refusal.READ_BY_ANOTHER, _("%(name)s is reading this text. Take it over if need be.")),
    (
        Refusal.READ_BEFORE,
        _("You have read this text once. The second reader must be another person."),
    ),
    (Refusal.READER_UNKNOWN, _("A text is read by a person who is signed in.")),
    (
        Refusal.POLICY_CHANGED,
        _("Another policy is in force since this text was made. Make the text anew by it."),
    ),
    (
        Refusal.POLICY_STRICTER,
        _(
            "By the policy in force less of this case may be public, or two persons must have read"
            " it. Make the text anew; if it was public, withdraw it first."
        ),
    ),
    (
        Refusal.POLICY_ROW_SENSELESS,
        _(
            "For a ground choose “never”, “operative part only”, “second reader” or “no"
            " hindrance”, and no role; for data choose “hide”, “initials”, “keep” or “never”."
        ),
    ),
    (Refusal.ROLE_OF_SUPREME_COURT, _("This role is given at the Supreme Court only.")),
    (
        Refusal.TOO_MANY_REPORTS,
        _("Too many reports came in just now. Try again in an hour, or call the court."),
    ),
    (
        Refusal.RECORDING_PLAYED,
        _(
            "Somebody has played this recording already, so its link cannot be undone here."
            " Two people can have it deleted."
        ),
    ),
    (
        Refusal.RECORDING_NOT_A_DISC,
        _("This is not a DVD recording. Hand in an ISO file, a VOB file or the files of VIDEO_TS."),
    ),
    (Refusal.MARK_OUTSIDE, _("The recording is shorter: a mark must lie within it.")),
    (Refusal.NO_ACCOUNT, _("This participant has no account: the copy cannot be downloaded.")),
    (Refusal.RECORDING_ENCRYPTED, _("The disc is copy-protected and cannot be read.")),
    (Refusal.REVEAL_REFUSED, _("The reveal does not fit the log.")),
    (
        Refusal.LOG_NOT_BEGUN,
        _("The public log of draws has not been begun. Ask an administrator."),
    ),
    (Refusal.ROTATION_REFUSED, _("The new chain of this contributor does not fit the log.")),
    (Refusal.BEACON_REFUSED, _("No epoch waits for this round, or its network did not sign it.")),
    (Refusal.NOT_SITTING, _("This judge does not sit in the case, or it is still to be drawn.")),
    (Refusal.NOTHING_TO_LINK, _("The earlier case has no judge to whom this one could go.")),
    (
        Refusal.LINK_FROZEN,
        _("The list has been frozen since: a link can be taken back only before that."),
    ),
    (Refusal.MANUAL_OFF, _("The rules do not allow to assign a case by hand.")),
    (
        Refusal.APPROVER_IN_POOL,
        _("Two different officials approve, and neither may be one who could be drawn."),
    ),
    (Refusal.ALREADY_ENTERED, _("The case has its judge, or waits for its draw already.")),
    (
        Refusal.NO_CANDIDATES,
        _("No judge of this court can be drawn now: nobody is on the roster of %(court)s."),
    ),
    (Refusal.TOO_MANY_ATTEMPTS, _("Too many attempts. Wait %(minutes)s minutes and try again.")),
    (Refusal.NO_TIME_LIMIT, _("No time limit is known for this. Ask an administrator.")),
    (Refusal.NO_DUTY_RATE, _("No duty rate is known for this claim. Ask the court's registry.")),
    (Refusal.ORDER_MISSING, _("Choose the signed order, a PDF file.")),
    (Refusal.FILE_NOT_PDF, _("The order must be a PDF file, and %(name)s is none.")),
    (
        Refusal.RECUSAL_TOO_LATE,
        _("A recusal can be asked for until the case is decided, and this case is decided."),
    ),
    (
        Refusal.RECUSAL_ASKED_BEFORE,
        _("You have asked for the recusal of this judge on this ground before: see the request."),
    ),
    (Refusal.RECUSAL_SETTLED, _("This request has been settled already.")),
    (Refusal.JUDGE_HAS_LEFT, _("This judge does not sit in the case any more.")),
    (
        Refusal.CASE_UNKNOWN,
        _("No case has the number %(number)s. Write it in full, with the mark of its court."),
    ),
    (Refusal.RELATION_STATED, _("This is stated already.")),
    (Refusal.RELATION_BACKWARDS, _("The other case must be the earlier one.")),
    (
        Refusal.TIE_UNANSWERED,
        _("First every judge of the case must say whether somebody he declared takes part in it."),
    ),
    (
        Refusal.ABSENCE_TOO_SHORT,
        _("The log of draws knows no present absence of this judge of more than %(days)s days."),
    ),
    (Refusal.NO_OPEN_CASES, _("This judge has no open cases.")),
    (
        Refusal.REFILING_UNDECIDED,
        _("This claim resembles an earlier case. Say whether it is the same matter."),
    ),
    (Refusal.LINK_SETTLED, _("This case is not linked with an earlier one any more.")),
    (
        Refusal.LINK_FROZEN,
        _("The link can be undone only before the next freeze of the draw, and that has passed."),
    ),
    (
        Refusal.MANUAL_OFF,
        _("Judges are not named by hand: the rules in the public log of draws do not allow it."),
    ),
    (
        Refusal.MANUAL_ALREADY_IN_DRAW,
        _("This case is in the draw already, and its judge cannot be named by hand."),
    ),
    (
        Refusal.MANUAL_QUOTA,
        _(
            "This court has named %(count)s judges by hand in %(period)s: no more are allowed."
            " Ask the auditor."
        ),
    ),
    (Refusal.MANUAL_SEATS, _("Name as many different judges as try the case: %(seats)s.")),
    (
        Refusal.MANUAL_NOT_ON_ROSTER,
        _("%(name)s cannot try cases of this court today: see the roster of judges."),
    ),
    (Refusal.PROPOSAL_WAITS, _("A proposal for this case waits for its second person already.")),
    (Refusal.PROPOSED_ALREADY, _("This has been proposed already and waits for a decision.")),
    (
        Refusal.RETENTION_RUNS,
        _("The recording is kept until %(day)s: before that only a mistake or an order ends it."),
    ),
    (
        Refusal.RETENTION_STOPPED,
        _("The act is not in force or was appealed: the time of keeping does not run."),
    ),
    (
        Refusal.DAY_OUT_OF_ORDER,
        _("The day is in the future, or before what was noted last."),
    ),
    (
        Refusal.STRETCH_OUTSIDE,
        _("A stretch must lie within the recording and end after it begins."),
    ),
    (Refusal.PROPOSAL_SETTLED, _("This proposal has been decided already.")),
    (Refusal.PROPOSAL_EXPIRED, _("This proposal expired on %(day)s. Propose it again.")),
    (Refusal.PROPOSAL_OWN, _("You proposed this: another person must decide.")),
    (
        Refusal.APPROVER_IN_POOL,
        _("You are a judge or the chair of this court: somebody from elsewhere must decide."),
    ),
    (Refusal.CATEGORY_SAME, _("The case has this category already.")),
    (Refusal.CATEGORY_OTHER_KIND, _("This category belongs to another kind of case.")),
    (Refusal.WRONG_SIGN_IN, _("The name or the password is not right.")),
    (
        Refusal.SHARE_OF_NOTHING,
        _("A share of nothing is an absence. Enter an absence with its reason instead."),
    ),
    (Refusal.UNKNOWN_CLASS, _("Choose at least one class of cases from the list.")),
    (
        Refusal.NOT_ON_ROSTER,
        _("This judge is not on the roster yet. First enter a share of a full post."),
    ),
    (Refusal.NOT_ABSENT, _("The judge is not absent on %(day)s.")),
    (Refusal.DATES_REVERSED, _("The last day lies before the first.")),
    (
        Refusal.ABSENCE_NEEDS_END,
        _("Enter the last day. Only sickness and suspension may stay open."),
    ),
    (
        Refusal.ABSENCES_OVERLAP,
        _(
            "The judge is absent from %(first)s to %(last)s already. Choose days outside of that,"
            " or end that absence first."
        ),
    ),
    (
        Refusal.ABSENT_WITHOUT_END,
        _("The judge is absent since %(first)s without an end. End that absence first."),
    ),
    (
        Refusal.CHANGE_INSIDE,
        _(
            "On %(day)s a change of this judge's post is planned. Enter the absence in two parts,"
            " before that day and from it on."
        ),
    ),
    (Refusal.DAY_TOO_OLD, _("The day lies too far back: %(day)s is the first possible.")),
    (Refusal.DAY_TOO_FAR, _("The day lies more than two years ahead.")),
    (Refusal.TERM_IS_OVER, _("The term of this judge ends on %(day)s.")),
    (Refusal.ORDER_NOT_PDF, _("The order must be a PDF file; %(name)s is not.")),
    (Refusal.ORDER_OF_TOMORROW, _("The order cannot be of a day to come.")),
    (
        Refusal.POOL_WOULD_FALL,
        _(
            "On %(day)s only %(left)s of %(judges)s judges of this court could be drawn. If it has"
            " to be, say so below and choose the file again."
        ),
    ),
    (Refusal.POOL_OF_ONE, _("A pool needs two courts or more; without any it is dissolved.")),
    (
        Refusal.JUDGE_ABSENT,
        _("The judge is absent from %(first)s to %(last)s. Choose another day."),
    ),
    (
        Refusal.JUDGE_ABSENT_WITHOUT_END,
        _("The judge is absent since %(first)s; nobody knows yet until when."),
    ),
    (
        Refusal.INCIDENT_MISSING,
        _("This reason is about the equipment: describe what happened to it."),
    ),
    (
        Refusal.RECORDING_STEP_OUT_OF_TURN,
        _("This cannot be noted now. The page shows what was noted last."),
    ),
    (
        Refusal.HEARING_IS_RECORDED,
        _("This hearing has a recording, so no reason is needed."),
    ),
    (Refusal.HEARING_NOT_OVER, _("This can be done when the hearing has begun.")),
    (Refusal.MINUTES_ENTERED, _("The minutes of this hearing are entered already.")),
    (
        Refusal.MINUTES_SIGNED_BEFORE,
        _("The minutes cannot be signed before the hearing of %(day)s."),
    ),
    (Refusal.MINUTES_SIGNED_AFTER, _("The day of signing lies in the future.")),
    (
        Refusal.MINUTES_NOT_READY,
        _("The minutes are not signed yet. Your days for remarks run from their signing."),
    ),
    (
        Refusal.REMARKS_TOO_LATE,
        _("Remarks on this hearing could be filed until %(day)s."),
    ),
    (Refusal.PAPER_WITHDRAWN, _("This paper has been withdrawn already.")),
    (
        Refusal.PAPER_FAULTY,
        _(
            "The signature on the stored paper does not hold, and it is not handed out. The chair"
            " of the court has been told."
        ),
    ),
    (
        Refusal.SHEET_FOR_NOTHING,
        _("Write for at least one paper what it is: a cover sheet is printed for each."),
    ),
    (Refusal.SCAN_SETTLED, _("Somebody has dealt with these pages already.")),
    (
        Refusal.SCAN_KNOWN,
        _("This very file was handed in before, on %(day)s. Nothing was taken in twice."),
    ),
    (
        Refusal.PAGES_DIFFER,
        _("The scan has %(found)s pages, and you counted %(said)s. Compare it with the paper."),
    ),
    (Refusal.CERTIFIED_ALREADY, _("This scan is certified already.")),
    (Refusal.NOT_A_SCAN, _("Only a scan of a paper can be certified.")),
    (Refusal.COPY_SETTLED, _("Somebody has dealt with this request already.")),
    (Refusal.COPY_ASKED, _("You have asked for this copy already: it is being made.")),
    (
        Refusal.COPY_NOT_PDF,
        _("Certified copies are made of PDF papers and pictures; %(name)s is neither."),
    ),
    (Refusal.FORM_SAME, _("The case is tried in this form already.")),
    (
        Refusal.FORM_NOT_BY_RULING,
        _("The form is changed only by an issued ruling of this case that changed nothing before."),
    ),
    (Refusal.NOT_YOURSELF, _("This is not your password. Nothing was signed.")),
    (
        Refusal.SIGNING_OUT_OF_TURN,
        _("It is not your turn yet: %(name)s signs before you."),
    ),
    (Refusal.SIGNED_ALREADY, _("You have signed this paper already.")),
    (Refusal.SIGNING_CLOSED, _("This paper is no longer being signed.")),
    (
        Refusal.SIGNING_WAITS,
        _("This is being signed now and cannot be changed. A signer can refuse with the reason."),
    ),
    (
        Refusal.SIGNING_STALE,
        _("Somebody signed in the meantime. Open the paper as it stands now, then sign."),
    ),
    (Refusal.SIGNING_WAY, _("This paper is not signed in this way.")),
    (
        Refusal.SIGNING_AWAY,
        _("The paper could not be signed just now. Nothing was changed: try again later."),
    ),
    (
        Refusal.SIGNING_NO_KEY,
        _(
            "There is no key with which you could sign, or its certificate has ended. Nothing was"
            " signed: tell the administrator."
        ),
    ),
    (
        Refusal.SIGNING_REVOKED,
        _(
            "Your certificate was revoked or suspended. Nothing was signed: ask the authority that"
            " issued it for a new one."
        ),
    ),
    (
        Refusal.SIGNING_NOT_KNOWN,
        _(
            "The authority says that it does not know your certificate. Nothing was signed: tell"
            " the administrator."
        ),
    ),
    (
        Refusal.SIGNING_UNPROVED,
        _(
            "The authority does not say now whether your certificate still holds. Nothing was"
            " signed: try again later."
        ),
    ),
    (
        Refusal.SIGNING_NO_RULE,
        _("No rule says who signs such a paper. Tell the administrator."),
    ),
    (
        Refusal.SIGNING_MOVED_ON,
        _("The case has moved on since this paper was prepared. Refuse it and prepare it anew."),
    ),
    (Refusal.SIGNATURE_FAULTY, _("The signature does not hold. %(what)s")),
    (
        Refusal.SIGNATURE_OTHER_PAPER,
        _("This is not the paper that you were given to sign. Download it here and sign that."),
    ),
    (
        Refusal.SIGNATURE_NOT_ONE,
        _("The file must bear exactly one new signature: yours."),
    ),
    (
        Refusal.SIGNATURE_OF_ANOTHER,
        _("The certificate is that of %(name)s, and not yours."),
    ),
    (
        Refusal.SCAN_NOT_CERTIFIED,
        _("Choose a scan of this case that was certified."),
    ),
    (Refusal.NO_OTHER_SIDE, _("Nobody of the other side has an account here with which to sign.")),
)
