"""The shapes of secrets, as data: what vendors' keys begin with, and where passwords stand in text.

The prefixes are those that the vendors document, compared with the rules of gitleaks (2026-07) and
detect-secrets. Every pattern has lower-case hints, one of which is in every text with a match:
looking for a word is a hundred times faster than trying a pattern everywhere. Where a pattern has
groups, the one that matched is the secret. Repetitions are bounded, or their pattern cannot begin
again inside of what it passed over: no text makes a search slow.
"""

ALNUM = "[A-Za-z0-9]"

# Kind, prefixes, what follows. The whole must look random, so that words with the same beginning
# stay (`class="sk-spinner"`).
PREFIXED: tuple[tuple[str, str, str], ...] = (
    ("api-key", "sk- csk- psk- gsk-", r"[\w-]{16,}"),
    (
        "api-key",
        "xai- pplx- nvapi- tvly- llx- e2b_ lin_api_ lin_oauth_ figd_ phx_ phc_",
        r"[\w-]{20,}",
    ),
    (
        "api-key",
        "pk-lf- tgp_v1_ apify_api_ bb_live_ esecret_ rnd_ nfp_ vcp_ vck_ vca_",
        r"[\w-]{20,}",
    ),
    (
        "api-key",
        "gsk_ fw_ fpk_ r8_ jina_ pcsk_ ntn_ napi_ sess- ek_ wandb_v1_",
        r"\w{20,}",
    ),
    ("api-key", "secret_ lsv2_pt_ lsv2_sk_ ls__ pnu_ rdme_ re_ zpka_ packagist_", r"\w{30,}"),
    ("api-key", "sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_ whsec_", r"[\w+/]{10,}"),
    ("api-key", "sq0atp- sq0csp- sq0idp- sandbox-sq0 rzp_live_ rzp_test_", r"[\w-]{14,}"),
    ("api-key", "duffel_test_ duffel_live_ FLWSECK_TEST- FLWSECK- FLWPUBK_TEST-", r"[\w=-]{12,}"),
    ("api-key", "sb_secret_ tskey-auth- tskey-api- tskey-client- tk-us- AQVN", r"[\w-]{30,}"),
    ("api-key", "AIza", r"[\w-]{35}"),
    ("api-key", "GOCSPX- ya29. 1//0", r"[\w.-]{20,}"),
    ("api-key", "LTAI AKID ABSK AKCp EZAK EZTK CLOJARS_ ATTA BBDC-", r"[A-Za-z0-9]{16,}"),
    ("api-key", "cmVmdGtu CFPAT- NRAK- NRII- NRJS- NRAL- NF-", r"[\w-]{19,}"),
    ("api-key", "pscale_tkn_ pscale_pw_ pscale_oauth_", r"[\w=.-]{32,}"),
    ("api-key", "dt0c01. dt0s01. dt0s16.", rf"{ALNUM}{{24}}\.{ALNUM}{{64}}"),
    ("api-key", "HRKU-AA", r"[\w-]{40,}"),
    ("token", "ghp_ gho_ ghu_ ghs_ ghr_ npm_ sbp_ CCIPAT_ CCIPRJ_ bkua_ bkct_", r"\w{30,}"),
    ("token", "github_pat_ dckr_pat_ dckr_oat_ sm_aat_ sm_pat_ sm_sat_", r"[\w-]{16,}"),
    ("token", "glpat- gldt- glrt- glrtr- glptt- glft- glcbt- glimt- glagent-", r"[\w.-]{20,}"),
    ("token", "gloas- glsoat- glffct- GR1348941", r"[\w-]{20,}"),
    (
        "token",
        "pypi- rubygems_ squ_ sqp_ sqa_ sgp_ sntryu_ sntrys_ ops_ey glc_ glsa_",
        r"[\w+/=-]{38,}",
    ),
    ("token", "ATATT3 ATCTT3 ATBB", r"[\w=-]{24,}"),
    ("token", "xoxa- xoxb- xoxe- xoxo- xoxp- xoxr- xoxs- xoxe. xapp-", r"[A-Za-z0-9.-]{10,}"),
    ("token", "shpat_ shpca_ shppa_ shpss_ shptka_ shippo_live_ shippo_test_", r"[A-Fa-f0-9]{32,}"),
    ("token", "dop_v1_ doo_v1_ dor_v1_ pul-", r"[a-f0-9]{40,}"),
    ("token", "dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.", r"[\w.-]{30,}"),
    ("token", "hvs. hvb. hvr.", r"[\w-]{24,}"),
    ("token", "fo1_ fm1r_ fm1a_ fm2_", r"[\w+/=-]{40,}"),
    ("token", "EAAA EAAC EAAM EAAB EAAG", r"[\w-]{40,}"),
    ("token", "sl. sl.u.", r"[\w-]{100,}"),
    ("token", "tfp_ fio-u- secret-token: dnkey- s-s4t2ud- s-s4t2af- p8e-", r"[\w=.-]{30,}"),
    ("token", "access_token$", r"(?:production|sandbox)\$[a-z0-9]{16}\$[a-f0-9]{32}"),
    ("token", "sha256~", r"[\w-]{43}"),
    ("token", "bedrock-api-key-", r"[A-Za-z0-9+/=]{40,}"),
    ("token", "mlsn. apl_ pat-na1- pat-eu1-", r"[\w-]{30,}"),
    ("signature", "eyJrIjoi", r"[A-Za-z0-9+/=]{60,}"),
)

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

# Kind, pattern, hints; then what else must hold of the secret, if anything: a name in
# `secret_values.TESTS`.
SHAPES: tuple[tuple[str, str, str, str], ...] = (
    (
        "private-key",
        r"-----BEGIN[ +A-Z0-9_-]{0,60}PRIVATE[ +]KEY(?:[ +]BLOCK)?-----"
        r"[\s\S]*?(?:-----END[ +A-Z0-9_-]{0,60}PRIVATE[ +]KEY(?:[ +]BLOCK)?-----|\Z)",
        "-----begin",
        "block",
    ),
    (
        "private-key",
        r"PuTTY-User-Key-File-\d:[\s\S]*?(?:Private-MAC:\s*[0-9a-f]{32,64}|\Z)",
        "putty-user-key",
        "random",
    ),
    ("private-key", r"AGE-SECRET-KEY-1[A-Z0-9]{40,}", "age-secret-key-", ""),
    (
        "token",
        r"(?<![\w-])eyJ[\w-]{8,}\.(?:eyJ[\w-]{8,}\.[\w-]*|[\w-]*(?:\.[\w-]{8,}){3})",
        "eyj",
        "",
    ),
    # As errors show a key.
    ("api-key", r"(?<![A-Za-z0-9])[cpg]?sk-[\w-]{0,100}\*{3,}[\w*-]*", "sk-", ""),
    # Unmistakable even where it follows a letter, or looks like words.
    ("api-key", r"sk-(?:proj|svcacct|admin|ant|or)-(?=[\w-]*[0-9])[\w-]{24,}", "sk-", ""),
    ("api-key", r"(?<![A-Za-z0-9])sk-(?:proj|svcacct|admin|ant|or|lf)-[\w-]{16,}", "sk-", ""),
    ("api-key", r"(?<![A-Za-z0-9])sk_[a-f0-9]{40,}", "sk_", ""),
    ("api-key", r"(?<![A-Za-z0-9])(?:hf_|api_org_)[A-Za-z0-9]{20,}", "hf_ api_org_", "key"),
    ("api-key", r"(?<![A-Za-z0-9.])ico-[A-Za-z0-9]{32}(?![A-Za-z0-9])", "ico-", ""),
    ("token", r"(?<!\d)\d{15,16}\|[\w-]{27,40}(?![\w-])", "|", "random"),
    (
        "api-key",
        r"(?<![A-Z0-9])(?:A3T[A-Z0-9]|AKIA|ASIA|AROA|AIDA|AGPA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Z0-9])",
        "a3t akia asia aroa aida agpa abia acca",
        "",
    ),
    ("api-key", r"(?<![A-Za-z0-9])SG\.[\w-]{16,}\.[\w-]{16,}", "sg.", ""),
    (
        "api-key",
        r"(?<![A-Za-z0-9])(?:key-|SK|pubkey-|dapi|fc-)[a-f0-9]{32}(?![a-f0-9])",
        "key- sk dapi fc-",
        "",
    ),
    ("api-key", r"(?<![A-Za-z0-9])[a-f0-9]{32}-us\d{1,2}(?![A-Za-z0-9])", "-us", ""),
    ("api-key", r"(?<![A-Za-z0-9])PMAK-[A-Fa-f0-9]{24}-[A-Fa-f0-9]{34}", "pmak-", ""),
    ("api-key", r"(?<![A-Za-z0-9])xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}", "xkeysib-", ""),
    ("api-key", r"(?<![A-Za-z0-9])[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk(?![A-Za-z0-9])", "_mmk", ""),
    ("api-key", r"(?<![A-Za-z0-9])API-[A-Z0-9]{26}(?![A-Za-z0-9])", "api-", "random"),
    (
        "api-key",
        r"(?<![A-Za-z0-9])A3-[A-Z0-9]{6}-[A-Z0-9]{5,6}-[A-Z0-9]{5}-[A-Z0-9-]{5,11}",
        "a3-",
        "random",
    ),
    ("api-key", rf"(?<![A-Za-z0-9])(?:sdk|mob)-{UUID}", "sdk- mob-", ""),
    ("api-key", r"(?<![A-Za-z0-9])v1\.0-[a-f0-9]{24}-[a-f0-9]{140,}", "v1.0-", ""),
    ("token", rf"(?<![A-Za-z0-9])access-(?:sandbox|development|production)-{UUID}", "access-", ""),
    ("token", r"(?<![A-Za-z0-9])pat[A-Za-z0-9]{14}\.[a-f0-9]{64}", "pat", ""),
    (
        "token",
        r"(?<![A-Za-z0-9])[ps]at\.[\w-]{22}\.[A-Za-z0-9]{24}\.[A-Za-z0-9]{20}",
        "pat. sat.",
        "",
    ),
    ("token", r"(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,}", ".atlasv1.", ""),
    ("token", r"(?<![\w~.-])[\w~.]{3}\dQ~[\w~.-]{31,34}", "q~", ""),
    ("token", r"(?<![\w-])[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])", ".", "random"),
    ("token", r"(?<!\d)\d{8,10}:AA[\w-]{33}(?![\w-])", ":aa", ""),
    ("token", r"(?<!\d)[12]/\d{13,17}(?:/\d{13,17})?:[a-f0-9]{32}", "1/ 2/", ""),
    ("token", r"(?<![\w.])1000\.[a-f0-9]{32}\.[a-f0-9]{32}", "1000.", ""),
    (
        "token",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9/_-]{20,})",
        "hooks.slack.com",
        "",
    ),
    ("token", r"discord(?:app)?\.com/api/webhooks/(\d{16,20}/[\w-]{60,})", "/api/webhooks/", ""),
    ("token", r"\.webhook\.office\.com/webhookb2/([\w@/-]{60,})", ".webhook.office.com", "random"),
    ("token", r"hooks\.zapier\.com/hooks/catch/([\w/]{10,})", "hooks.zapier.com", ""),
    (
        "token",
        r"(?i:\bbearer(?:\s|%20|\+)+)((?=[^\s\"',;]*[0-9]|[^\s\"',;]{24})[\w.~+/=-]{12,})",
        "bearer",
        "",
    ),
    (
        "token",
        r"(?i:\bbasic(?:\s|%20|\+)+)([A-Za-z0-9+/_-]{8,}(?:={0,2}|(?:%3[Dd]){0,2}))",
        "basic",
        "login",
    ),
    ("token", r"\bSSWS\s+([\w-]{20,})", "ssws", ""),
    ("password", r"(?<=://)([^\s/\"'<>\\?#]{1,300})@(?=[A-Za-z0-9\[])", "://", "userinfo"),
    (
        "cookie",
        r"(?i:\b(?:set-)?cookie2?[\\\"']{0,4}:\s{0,3}[\\\"']{0,4})"
        r"([\w.-]{1,60}=[^\s;,\"'\\]{0,4096}(?:;\s?[\w.-]{1,60}=[^\s;,\"'\\]{0,4096}){0,50})",
        "cookie",
        "random",
    ),
    (
        "signature",
        r"(?i:[?&;](?:amp;)?(?:x-amz-(?:signature|credential|security-token)"
        r"|x-goog-(?:signature|credential)|sig|signature|awsaccesskeyid|googleaccessid|key-pair-id"
        r"|policy|skoid|sktid)=)([^&\s\"'<>()\[\]{}\\#;]{4,})",
        "x-amz- x-goog- sig= signature= accesskeyid= accessid= key-pair-id= policy= skoid= sktid=",
        "",
    ),
    ("token", r"(?i:[?&;](?:amp;)?code=)([^&\s\"'<>()\[\]{}\\#;]{8,})", "code=", "random"),
    # Passwords by their place on a command line or in a file.
    ("password", r"(?i:\blogin\s+\S{1,100}\s+password\s+)(\S{6,})", "login", "password"),
    (
        "password",
        r"\bcurl\b[^\n]{0,200}?\s(?:-u|--(?:proxy-)?user)[ =]{0,3}[\"']?[^\s:\"']{0,64}[\"']?:"
        r"[\"']?([^\s\"'\\]{4,})",
        "curl",
        "typed",
    ),
    (
        "password",
        r"(?:\s-u|--(?:proxy-)?user)[ =]{0,3}[\"']?[^\s:\"']{0,64}:[\"']?([^\s\"'\\]{4,})",
        "-u --user --proxy-user",
        "password",
    ),
    ("password", r"\bmysql\w{0,10}\b[^\n]{0,80}?\s-p([^\s\"'-]\S{5,})", "mysql", "password"),
    ("password", r"\bsshpass\s+-p\s*[\"']?([^\s\"']{6,})", "sshpass", "typed"),
    ("password", r"\bredis-cli\b[^\n]{0,60}?\s-a\s+[\"']?([^\s\"']{6,})", "redis-cli", "typed"),
    ("password", r"\bdocker login\b[^\n]{0,80}?\s-p\s+[\"']?([^\s\"']{6,})", "login", "password"),
    (
        "password",
        r"(?i:\s--[a-z-]{0,30}(?:password|passwd|pass|token|secret|key|auth)\s{1,3})[\"']?"
        r"([^\s\"'\\-][^\s\"'\\]{5,})",
        "--",
        "password",
    ),
    ("organization", r"(?<![A-Za-z0-9])org-[A-Za-z0-9]{16,}", "org-", ""),
    ("project", r"(?<![A-Za-z0-9])proj_[A-Za-z0-9]{16,}", "proj_", ""),
    ("user", r"(?<![A-Za-z0-9])user-[A-Za-z0-9]{20,}", "user-", ""),
)

# Words in names whose values are searched: what `NAME = value` means in the text of a program, a
# file of settings, a header, a form, a URL or a sentence.
NAMING_WORDS = "pass pwd secret token key auth cred jwt bearer"
# Vendors whose keys have no shape of their own: `datadog: …` is one if it looks random.
VENDORS = (
    "adafruit airtable algolia alibaba asana beamer bitbucket bittrex cloudflare codecov cohere "
    "coinbase confluent contentful datadog deepgram discord droneci dropbox elevenlabs etsy "
    "facebook fastly finicity finnhub flickr freshbooks gitter gocardless heroku hubspot intercom "
    "jfrog kraken kucoin launchdarkly linkedin looker mailchimp mailgun mapbox mattermost meraki "
    "messagebird mistral netlify newrelic nytimes okta plaid rapidapi sendbird sentry snyk sonar "
    "squarespace sumologic telegram travisci twilio twitch twitter yandex zendesk"
)
