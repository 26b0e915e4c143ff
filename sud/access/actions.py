"""Everything that anybody may do in the house: one action a line, one sentence each."""

from enum import StrEnum


class Action(StrEnum):
    """What can be done in the house, one sentence each."""

    # Everybody
    SITE_READ = "site:read"  # Read the public pages.
    SESSION_OPEN = "session:open"  # Sign in, or try to.
    LOG_READ = "log:read"  # Read the public log of draws.
    LOG_REVEAL = "log:reveal"  # Hand in a contributor's signed reveal.
    DECISION_READ = "decision:read"  # Read a published decision.
    PROBLEM_REPORT = "problem:report"  # Say that something is wrong with a published decision.
    ACT_VERIFY = "act:verify"  # Check that a paper of a court is genuine.
    ESI_SIGN_IN = "esi:sign_in"  # Go to the state's identity provider to prove who one is.
    ESI_RETURN = "esi:return"  # Come back from the identity provider.
    # Everybody who is signed in
    HOME_READ = "home:read"  # Open one's own first page.
    SESSION_CLOSE = "session:close"  # Sign out.
    ESI_CONFIRM = "esi:confirm"  # Confirm a document by one's ESI identifier.
    UPLOAD_SEND = "upload:send"  # Send a file piece by piece, and take it back.
    UPLOAD_SEND_LARGE = "upload:send_large"  # Send a disc or a scan piece by piece.
    # Filings
    FILING_START = "filing:start"  # Begin a claim.
    FILING_READ = "filing:read"  # Read a filing and its papers.
    FILING_EDIT = "filing:edit"  # Fill in, correct and submit one's own filing.
    FILING_QUEUE = "filing:queue"  # See the filings that wait at one's court.
    FILING_DECIDE = "filing:decide"  # Accept a filing or return it.
    # Papers of the public
    BLANK_FILL = "blank:fill"  # Fill in a form of the public and print the paper.
    BLANK_KEEP = "blank:keep"  # Keep answers to a form, to go on later.
    BLANK_EDIT = "blank:edit"  # Go on with one's own answers, print them and hand the paper in.
    BLANK_FORGET = "blank:forget"  # Forget answers that nobody went on with.
    # Cases
    CASE_READ = "case:read"  # Read a case and its papers.
    PAPER_READ = "paper:read"  # Read one paper of a filing or a case.
    PAPER_NEW = "paper:new"  # See what parties handed into cases and nobody has read yet.
    PAPER_HAND = "paper:hand"  # Hand a paper into one's own case.
    CASE_SEARCH = "case:search"  # Search the cases one may read.
    CASE_ACCEPT = "case:accept"  # Take the drawn case into proceedings.
    CASE_REGISTER = "case:register"  # Give a filing its number and open the case.
    CASE_DISTRIBUTE = "case:distribute"  # Give a case to the judge who was drawn.
    CASE_LOOKED = "case:looked"  # See who looked at the case.
    # Draws
    ROSTER_READ = "roster:read"  # Read a court's roster with its reasons and orders.
    ROSTER_ORDER = "roster:order"  # Take in an order with its file.
    ROSTER_CHANGE = "roster:change"  # Log a judge's share or absence.
    ROSTER_RULES = "roster:rules"  # Change the pools and the rules of the draw.
    ROSTER_ALARM = "roster:alarm"  # Raise and end the alarms of the roster.
    ROSTER_WAITING = "roster:waiting"  # See what waits too long for its draw.
    DUTY_DRAW = "duty:draw"  # Have the investigating judge of a week drawn.
    DRAW_ENTER = "draw:enter"  # Log a case for the draw of its judge.
    DRAWS_OWN = "draws:own"  # See one's own load and the odds of one's own draws.
    DRAWS_COURT = "draws:court"  # See how the load of one's court stands, and why.
    EPOCH_RUN = "epoch:run"  # Freeze and draw an epoch.
    # Recusals
    RECUSAL_REQUEST = "recusal:request"  # Ask that a judge leave a case, or leave it oneself.
    RECUSAL_READ = "recusal:read"  # Read a request for recusal and the ruling on it.
    RECUSAL_RULE = "recusal:rule"  # Rule on a request for recusal.
    RECUSAL_FIND = "recusal:find"  # Find by itself that a judge must not sit in a case.
    RECUSAL_LIST = "recusal:list"  # See how often judges are recused, and at whose request.
    RELATION_STATE = "relation:state"  # State which earlier case a case continues.
    TIE_DECLARE = "tie:declare"  # Declare one's own ties to people who may come before the court.
    TIE_ANSWER = "tie:answer"  # Say whether somebody of a case is a person one declared.
    PORTFOLIO_READ = "portfolio:read"  # See which judges are away too long for their cases.
    PORTFOLIO_REDRAW = "portfolio:redraw"  # Have the cases of an absent judge drawn anew.
    # What follows or bypasses the draw
    REFILING_LIST = "refiling:list"  # See which claims were filed again, and what was decided.
    REFILING_DECIDE = "refiling:decide"  # Link a claim that was filed again to its first judge.
    REFILING_UNDO = "refiling:undo"  # Undo a link with an earlier case before the freeze.
    EXCEPTION_LIST = "exception:list"  # See what is proposed or was done outside the draw.
    EXCEPTION_READ = "exception:read"  # Read a proposal to bypass the draw.
    EXCEPTION_DECIDE = "exception:decide"  # Approve or refuse what another person proposed.
    MANUAL_PROPOSE = "manual:propose"  # Propose to name a judge by hand.
    CORRECTION_PROPOSE = "correction:propose"  # Propose another category after the draw.
    # Hearings
    HEARING_READ = "hearing:read"  # See a hearing of a case.
    NOTICE_READ = "notice:read"  # Print a summons or notice that was written to a participant.
    WRIT_ISSUE = "writ:issue"  # Issue a writ of execution for a decision in force.
    WRIT_READ = "writ:read"  # Read a writ of execution.
    HEARING_SET = "hearing:set"  # Set, move or cancel a hearing.
    CALENDAR_READ = "calendar:read"  # See one's own or one's court's calendar.
    # Recordings
    RECORDING_ADD = "recording:add"  # Hand in a recording for a hearing.
    RECORDING_PLAY = "recording:play"  # Play the recording of a hearing.
    RECORDING_MARK = "recording:mark"  # Mark places in a recording for the minutes.
    RECORDING_ISSUE = "recording:issue"  # Issue a party a copy of a recording, or take it back.
    RECORDING_TAKE = "recording:take"  # Download the copy that was issued to oneself.
    RECORDING_QUEUE = "recording:queue"  # See the discs that wait to be linked.
    RECORDING_UNMASKED = "recording:unmasked"  # Play what is masked for outsiders.
    CUSTODY_LIST = "custody:list"  # See what waits to be masked or erased.
    CUSTODY_READ = "custody:read"  # See how long a recording is kept and what was decided on it.
    STORE_READ = "store:read"  # See whether the store still holds what it should.
    STORE_CHECK = "store:check"  # Compare the store with what it should hold.
    MASKING_PROPOSE = "masking:propose"  # Propose what outsiders may not hear or see.
    MASKING_DECIDE = "masking:decide"  # Approve or refuse a masking that another person proposed.
    MASKING_RUN = "masking:run"  # Make the masked copy.
    ERASURE_PROPOSE = "erasure:propose"  # Propose that a recording be erased.
    ERASURE_DECIDE = "erasure:decide"  # Approve or refuse an erasure that another person proposed.
    ERASURE_RUN = "erasure:run"  # Take an erased recording from the store.
    FORCE_READ = "force:read"  # See whether the act that ended a case is in force.
    FORCE_NOTE = "force:note"  # Note that an act entered into force or was appealed.
    RECORDING_RUN = "recording:run"  # Read and transcode a disc.
    DISC_ADD = "disc:add"  # Hand in a disc or the list of a shelf, or find one in the drop folder.
    DISC_READ = "disc:read"  # See a disc and what is on it.
    DISC_LINK = "disc:link"  # Say which hearing is on a disc, or that none is.
    DISC_RUN = "disc:run"  # Keep the original of a disc and read it.
    DISC_REPORT = "disc:report"  # See what was handed in, court by court and month by month.
    RECORDING_STEP = "recording:step"  # Note that a recording was started, paused or stopped.
    RECORDING_EXPLAIN = "recording:explain"  # State why a hearing has no recording.
    RECORDING_LACKING = "recording:lacking"  # See which hearings lack a recording and a reason.
    RECORDING_ALERT = "recording:alert"  # Be told that an act rests on such a hearing.
    RECORDING_WATCH = "recording:watch"  # Raise and end these alerts.
    # Courtrooms
    EQUIPMENT_LIST = "equipment:list"  # See how the courtrooms are equipped, court by court.
    EQUIPMENT_READ = "equipment:read"  # See the equipment of one's own court's rooms.
    EQUIPMENT_KEEP = "equipment:keep"  # Enter equipment and the state it is in.
    EQUIPMENT_CHECK = "equipment:check"  # Note what a check before a hearing found.
    INCIDENT_OPEN = "incident:open"  # Tell that something went wrong in a courtroom.
    INCIDENT_CLOSE = "incident:close"  # Tell what was done about it.
    STREAM_KEY = "stream:key"  # Make the key with which a courtroom's camera is let in.
    # Minutes
    MINUTES_ADD = "minutes:add"  # Enter the signed minutes of a hearing.
    MINUTES_SIGN = "minutes:sign"  # Lay finished minutes before those who sign them.
    REMARK_MAKE = "remark:make"  # File remarks on the minutes or the recording.
    REMARK_LIST = "remark:list"  # See the remarks that wait for one's own answer.
    REMARK_READ = "remark:read"  # Read the remarks on a hearing and the answers.
    REMARK_RULE = "remark:rule"  # Accept or reject remarks.
    # Signing
    SIGNING_LIST = "signing:list"  # See which papers wait for one's own signature.
    SIGNING_READ = "signing:read"  # Read a paper that is being signed, and who has signed it.
    SIGNING_OPEN = "signing:open"  # Prepare a paper for its signers: only ever by its own room.
    SIGNING_SIGN = "signing:sign"  # Sign a paper at one's own seat, or refuse with the reason.
    SIGNING_TAKE_BACK = "signing:take_back"  # Take a paper back that waits for signatures.
    SIGNING_NOTE = "signing:note"  # Note that a party signed by hand, with the certified scan.
    DISSENT_READ = "dissent:read"  # Read a judge's dissenting opinion.
    JOINT_PAPER_OFFER = "joint_paper:offer"  # Hand in an agreement for both parties to sign.
    # Acts
    ACT_READ = "act:read"  # Read an act of the case.
    ACT_DRAFT = "act:draft"  # Begin and edit a draft of an act.
    ACT_ISSUE = "act:issue"  # Lay an act before its judges: it is issued when all have signed.
    # Paper into the file and out of it
    SHEET_PRINT = "sheet:print"  # Print cover sheets for papers that are to be scanned.
    SCAN_ADD = "scan:add"  # Hand in what was scanned, and see what waits for a person.
    SCAN_SETTLE = "scan:settle"  # Say where a scanned paper belongs, or set it aside.
    SCAN_RUN = "scan:run"  # Split a scan at its cover sheets and recognise its text.
    SCAN_CERTIFY = "scan:certify"  # Certify that a scan corresponds to the paper, or take it back.
    PAPER_ISSUE = "paper:issue"  # Give a printed paper its code.
    PAPER_WITHDRAW = "paper:withdraw"  # Withdraw a paper that was handed out.
    PAPER_CHECK = "paper:check"  # Validate signed papers by night, and renew their time stamps.
    PAPER_FAULTS = "paper:faults"  # See which signed papers do not hold.
    COPY_ASK = "copy:ask"  # Ask for a certified copy.
    COPY_ISSUE = "copy:issue"  # Issue or refuse a certified copy, or withdraw one.
    COPY_TAKE = "copy:take"  # Download the certified copy that was issued to oneself.
    FORM_CHANGE = "form:change"  # Note the ruling by which a case takes another form.
    INVENTORY_PRINT = "inventory:print"  # Print the inventory of a case's file.
    # Publication
    PUBLICATION_QUEUE = "publication:queue"  # See the acts that wait for publication.
    PUBLICATION_REVIEW = "publication:review"  # Check, publish and withdraw a public text.
    POLICY_EDIT = "policy:edit"  # Draft and adopt what the public may read of whom.
    # Fairness watch
    WATCH_READ = "watch:read"  # See the alarms of the fairness watch and its figures.
    WATCH_SETTLE = "watch:settle"  # Say what became of an alarm.
    WATCH_RUN = "watch:run"  # Watch whether the draws were fair.
    # Administration
    REFERENCE_READ = "reference:read"  # Read rates, weights, holidays and limits.
    REFERENCE_EDIT = "reference:edit"  # Correct rates, weights, holidays and limits.
    ACCOUNT_CREATE = "account:create"  # Open an account.
    JOURNAL_READ = "journal:read"  # Read the journal.
    NOTICE_SEND = "notice:send"  # Send a notice to a participant.
    MALWARE_FOUND = "malware:found"  # Hand in malware: only ever a line in the journal.
    ACCESS_REFUSED = "access:refused"  # Be refused: only ever a line in the journal.
