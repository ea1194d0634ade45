"""Made-up secrets of every kind, planted in every place of an interaction, and innocent strings.

The values are drawn when they are asked for, so that no file of this repository holds anything
that looks like a secret.
"""

import base64
import json
import random
import re
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from mockserver.cassettes import Interaction, RecordedRequest, RecordedResponse

_ALPHABETS = {
    "hex": "0123456789abcdef",
    "HEX": "0123456789ABCDEF",
    "an": string.ascii_letters + string.digits,
    "low": string.ascii_lowercase + string.digits,
    "UP": string.ascii_uppercase + string.digits,
    "AZ": string.ascii_uppercase,
    "w": string.ascii_letters + string.digits + "_-",
    "b64": string.ascii_letters + string.digits + "+/",
    "d": string.digits,
    "pw": string.ascii_letters + string.digits + "!*$@^~+=/",
}
_SLOT = re.compile(r"<(\w+):(\d+)>")

# A name that tells, and the shape of the value, which is a secret wherever it stands.
SHAPED = """
OPENAI_API_KEY sk-<an:48>
OPENAI_PROJECT_KEY sk-proj-<w:74>T3<w:40>
OPENAI_SERVICE_KEY sk-svcacct-<w:60>
OPENAI_ADMIN_KEY sk-admin-<w:60>
OPENAI_SESSION sess-<an:40>
OPENAI_EPHEMERAL_KEY ek_<hex:32>
ANTHROPIC_API_KEY sk-ant-api03-<w:93>AA
ANTHROPIC_OAUTH_TOKEN sk-ant-oat01-<w:93>AA
OPENROUTER_API_KEY sk-or-v1-<hex:64>
LANGFUSE_SECRET_KEY sk-lf-<hex:8>-<hex:4>-<hex:4>-<hex:4>-<hex:12>
DEEPSEEK_API_KEY sk-<hex:32>
GROQ_API_KEY gsk_<an:52>
XAI_API_KEY xai-<an:80>
PERPLEXITY_API_KEY pplx-<an:48>
NVIDIA_API_KEY nvapi-<w:64>
TAVILY_API_KEY tvly-dev-<an:32>
FIREWORKS_API_KEY fw_<an:24>
REPLICATE_API_TOKEN r8_<an:37>
HF_TOKEN hf_<an:34>
PINECONE_API_KEY pcsk_<an:6>_<an:62>
CEREBRAS_API_KEY csk-<low:48>
LANGSMITH_API_KEY lsv2_pt_<hex:32>_<hex:10>
WANDB_API_KEY wandb_v1_<an:70>
ELEVENLABS_API_KEY sk_<hex:48>
EXA_LINEAR_KEY lin_api_<an:40>
GOOGLE_API_KEY AIza<w:35>
GOOGLE_CLIENT_SECRET GOCSPX-<w:28>
GOOGLE_ACCESS_TOKEN ya29.<w:120>
GOOGLE_REFRESH_TOKEN 1//0<w:60>
AWS_ACCESS_KEY_ID AKIA<UP:16>
AWS_SESSION_KEY_ID ASIA<UP:16>
BEDROCK_API_KEY ABSK<an:120>
ALIBABA_KEY_ID LTAI<an:20>
TENCENT_KEY_ID AKID<an:32>
YANDEX_API_KEY AQVN<w:36>
GITHUB_TOKEN ghp_<an:36>
GITHUB_APP_TOKEN ghs_<an:36>
GITHUB_OAUTH gho_<an:36>
GITHUB_FINE_GRAINED github_pat_<an:22>_<an:59>
GITLAB_TOKEN glpat-<w:20>
GITLAB_RUNNER_TOKEN glrt-<w:20>
GITLAB_DEPLOY_TOKEN gldt-<w:20>
GITLAB_TRIGGER_TOKEN glptt-<hex:40>
BITBUCKET_TOKEN ATBB<an:32>
ATLASSIAN_TOKEN ATATT3<w:60>
NPM_TOKEN npm_<an:36>
PYPI_TOKEN pypi-AgEIcHlwaS5vcmc<w:70>
RUBYGEMS_KEY rubygems_<hex:48>
CLOJARS_TOKEN CLOJARS_<low:60>
DOCKER_PAT dckr_pat_<w:27>
ARTIFACTORY_KEY AKCp<an:69>
SLACK_BOT_TOKEN xoxb-<d:12>-<d:12>-<an:24>
SLACK_USER_TOKEN xoxp-<d:12>-<d:12>-<d:12>-<hex:32>
SLACK_APP_TOKEN xapp-1-<UP:11>-<d:13>-<hex:64>
SLACK_WEBHOOK https://hooks.slack.com/services/T<UP:10>/B<UP:10>/<an:24>
DISCORD_WEBHOOK https://discord.com/api/webhooks/<d:18>/<w:68>
TEAMS_WEBHOOK https://acme.webhook.office.com/webhookb2/<hex:8>-<hex:4>-4<hex:3>-8<hex:3>-<hex:12>@<hex:8>-<hex:4>-4<hex:3>-8<hex:3>-<hex:12>/IncomingWebhook/<hex:32>/<hex:8>-<hex:4>-4<hex:3>-8<hex:3>-<hex:12>
DISCORD_BOT_TOKEN M<an:23>.<w:6>.<w:38>
TELEGRAM_BOT_TOKEN <d:10>:AA<w:33>
STRIPE_KEY sk_live_<an:24>
STRIPE_RESTRICTED rk_live_<an:24>
STRIPE_WEBHOOK whsec_<an:32>
SQUARE_TOKEN sq0atp-<w:22>
SQUARE_SECRET sq0csp-<w:43>
BRAINTREE_TOKEN access_token$production$<low:16>$<hex:32>
SHOPIFY_TOKEN shpat_<hex:32>
SHOPIFY_SECRET shpss_<hex:32>
SENDGRID_KEY SG.<w:22>.<w:43>
SENDINBLUE_KEY xkeysib-<hex:64>-<an:16>
MAILGUN_KEY key-<hex:32>
MAILCHIMP_KEY <hex:32>-us12
TWILIO_KEY SK<hex:32>
POSTMAN_KEY PMAK-<hex:24>-<hex:34>
DIGITALOCEAN_TOKEN dop_v1_<hex:64>
DIGITALOCEAN_OAUTH doo_v1_<hex:64>
HEROKU_KEY HRKU-AA<w:58>
FLY_TOKEN fo1_<w:43>
NETLIFY_TOKEN nfp_<an:36>
VERCEL_TOKEN vcp_<an:56>
RENDER_KEY rnd_<an:28>
SUPABASE_TOKEN sbp_<hex:40>
SUPABASE_SECRET sb_secret_<w:31>
NEON_KEY napi_<low:64>
PLANETSCALE_TOKEN pscale_tkn_<w:43>
PLANETSCALE_PASSWORD pscale_pw_<w:43>
DATABRICKS_TOKEN dapi<hex:32>
DOPPLER_TOKEN dp.pt.<an:43>
VAULT_TOKEN hvs.<w:95>
VAULT_BATCH hvb.<w:140>
TERRAFORM_TOKEN <an:14>.atlasv1.<w:64>
PULUMI_TOKEN pul-<hex:40>
GRAFANA_TOKEN glsa_<an:32>_<hex:8>
GRAFANA_CLOUD glc_<an:60>
SENTRY_USER_TOKEN sntryu_<hex:64>
NEWRELIC_KEY NRAK-<UP:27>
NEWRELIC_INSERT NRII-<w:32>
DYNATRACE_TOKEN dt0c01.<UP:24>.<UP:64>
POSTHOG_KEY phx_<an:43>
SOURCEGRAPH_TOKEN sgp_<hex:16>_<hex:40>
NOTION_TOKEN ntn_<d:11><an:35>
NOTION_SECRET secret_<an:43>
AIRTABLE_PAT pat<an:14>.<hex:64>
FIGMA_TOKEN figd_<w:40>
ASANA_TOKEN 2/<d:16>/<d:16>:<hex:32>
DROPBOX_TOKEN sl.<w:135>
FACEBOOK_TOKEN EAAC<an:120>
PREFECT_KEY pnu_<an:36>
README_KEY rdme_<low:70>
SCALINGO_TOKEN tk-us-<w:48>
INFRACOST_KEY ico-<an:32>
OPENSHIFT_TOKEN sha256~<w:43>
OCTOPUS_KEY API-<UP:26>
AGE_KEY AGE-SECRET-KEY-1<AZ:58>
AZURE_CLIENT_SECRET <an:3>8Q~<an:34>
ONEPASSWORD_TOKEN ops_eyJ<an:260>
MAXMIND_KEY <an:6>_<an:29>_mmk
LAUNCHDARKLY_KEY sdk-<hex:8>-<hex:4>-4<hex:3>-8<hex:3>-<hex:12>
SHIPPO_TOKEN shippo_live_<hex:40>
EASYPOST_KEY EZAK<an:54>
DUFFEL_TOKEN duffel_live_<w:43>
FLUTTERWAVE_KEY FLWSECK_TEST-<hex:32>-X
TYPEFORM_TOKEN tfp_<an:40>_<an:18>
CLOUDFLARE_CA_KEY v1.0-<hex:24>-<hex:146>
PLAID_TOKEN access-production-<hex:8>-<hex:4>-4<hex:3>-8<hex:3>-<hex:12>
HARNESS_KEY pat.<an:22>.<an:24>.<an:20>
JWT eyJ<an:20>.eyJ<an:60>.<w:43>
"""

# A name that tells, and a value that nothing but its name gives away.
NAMED = """
DB_PASS <an:12>
DB_PASSWORD <pw:16>
PGPASSWORD <an:14>
MYSQL_PWD <an:12>
REDIS_AUTH <an:20>
token <hex:40>
auth_token <an:24>
access_token <w:40>
client_secret <an:40>
secret <an:24>
api_key <hex:32>
apiKey <an:32>
SECRET_KEY_BASE <hex:128>
DJANGO_SECRET_KEY <pw:50>
JWT_SECRET <an:32>
SESSION_SECRET <an:32>
ENCRYPTION_KEY <hex:64>
SIGNING_KEY <b64:44>
AWS_SECRET_ACCESS_KEY <b64:40>
AWS_SESSION_TOKEN <b64:200>
AZURE_OPENAI_API_KEY <hex:32>
AZURE_STORAGE_ACCOUNT_KEY <b64:86>==
COHERE_API_KEY <an:40>
MISTRAL_API_KEY <an:32>
TOGETHER_API_KEY <hex:64>
ALGOLIA_ADMIN_KEY <hex:32>
CLOUDFLARE_API_TOKEN <w:40>
DD_API_KEY <hex:32>
DD_APP_KEY <hex:40>
FASTLY_API_TOKEN <w:32>
OKTA_API_TOKEN 00<w:40>
TWILIO_AUTH_TOKEN <hex:32>
TWITTER_ACCESS_SECRET <an:45>
SNYK_TOKEN <hex:8>-<hex:4>-4<hex:3>-8<hex:3>-<hex:12>
ZENDESK_TOKEN <an:40>
SONAR_TOKEN squ_<hex:40>
CODECOV_TOKEN <hex:8>-<hex:4>-4<hex:3>-8<hex:3>-<hex:12>
passphrase <an:16>
x-api-key <an:32>
datadog <hex:32>
"""

# Texts in which a secret has a place of its own, which is marked as «…».
TEXTS = {
    "netrc": "machine api.example.com login ann password «<an:14>»\n",
    "redis without user": "redis://:«<an:16>»@cache.example.com:6379/0",
    "postgres": "postgresql://ann:«<an:12>»@db.example.com/app",
    "mongodb": "mongodb+srv://app:«<an:16>»@cluster0.example.net/app?retryWrites=true",
    "sentry dsn": "https://«<hex:32>»@o12345.ingest.sentry.io/67890",
    "git url": "https://oauth2:«<an:20>»@git.example.com/a/b.git",
    "curl -u": "curl -u ann:«<an:14>» https://api.example.com/v1",
    "curl --user": "curl --user 'ann:«<an:14>»' https://api.example.com/v1",
    "curl header": 'curl -H "X-Auth-Token: «<an:24>»" https://api.example.com/v1',
    "bearer": "Authorization: Bearer «<an:32>»",
    "basic": "Authorization: Basic «<basic:16>»",
    "cookie": "Cookie: theme=dark; sessionid=«<low:32>»",
    "rsa key": "-----BEGIN RSA PRIVATE KEY-----\n«<b64:64>\n<b64:64>\n<b64:40>»\n"
    "-----END RSA PRIVATE KEY-----\n",
    "openssh key": "-----BEGIN OPENSSH PRIVATE KEY-----\n«b3BlbnNzaC1rZXktdjEA<b64:50>\n<b64:70>\n"
    "<b64:30>»\n-----END OPENSSH PRIVATE KEY-----\n",
    "pgp key": "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n«<b64:64>\n<b64:64>\n<b64:30>»\n=aB3d\n"
    "-----END PGP PRIVATE KEY BLOCK-----\n",
    "putty key": "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\n"
    "«<b64:64>»\nPrivate-MAC: <hex:64>\n",
    "docker config": '{"auths": {"https://index.docker.io/v1/": {"auth": "«<basic:18>»"}}}',
    "docker identity": '{"auths": {"a.example": {"identitytoken": "«<an:40>»"}}}',
    "kube token": "users:\n- name: admin\n  user:\n    token: «<an:40>»\n",
    "kube key": "users:\n- name: admin\n  user:\n    client-key-data: «<pem:60>»\n",
    "kube secret": "kind: Secret\ndata:\n  password: «<packed:16>»\n",
    "kube env": "env:\n- name: DB_PASSWORD\n  value: «<an:16>»\n",
    "json env": '{"env": [{"name": "DB_PASSWORD", "value": "«<an:16>»"}]}',
    "dotenv": "export DB_PASS='«<an:16>»'\n",
    "ini": "[db]\nuser = ann\npassword = «<an:14>»\n",
    "properties": "spring.datasource.password=«<an:14>»\n",
    "python": 'client = Client(api_key="«<an:32>»")',
    "environ": "os.environ['SERVICE_TOKEN'] = '«<an:32>»'",
    "yaml quoted": 'database:\n  password: "«<an:10>»!"\n',
    "xml": "<server><username>ann</username><password>«<an:14>»</password></server>",
    "nuget": '<add key="ClearTextPassword" value="«<an:16>»" />',
    "npmrc": "//registry.npmjs.org/:_authToken=«<hex:8>-<hex:4>-4<hex:3>-8<hex:3>-<hex:12>»",
    "pypirc": "[pypi]\nusername = ann\npassword = «<an:18>»\n",
    "flag": "deploy --env prod --password «<an:14>» --yes",
    "flag with sign": "deploy --api-key=«<an:32>» --yes",
    "mysql flag": "mysql -u root -p«<an:14>» app",
    "sshpass": "sshpass -p «<an:14>» ssh ann@host.example",
    "prose password": "The password is «<an:12>», do not share it.",
    "prose key": "our API key is: «<an:32>».",
    "azure connection": "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=«<b64:86>==»;",
    "azure sas": "https://acme.blob.core.windows.net/c/b?sv=2024-01-01&sig=«<an:43>»%3D",
    "service bus": "Endpoint=sb://a.example/;SharedAccessKeyName=Root;SharedAccessKey=«<b64:43>=»",
    "ado connection": "Server=db.example;Database=app;User Id=ann;Password=«<an:14>»;",
    "s3 url": "https://b.s3.amazonaws.com/k?X-Amz-Algorithm=AWS4&X-Amz-Signature=«<hex:64>»",
    "oauth url": "https://app.example/callback?code=«<w:40>»&state=x",
    "gcp file": '{"type": "service_account", "private_key_id": "<hex:40>", "private_key": '
    '"-----BEGIN PRIVATE KEY-----\\n«<b64:64>\\n<b64:64>»\\n-----END PRIVATE KEY-----\\n"}',
    "nested json": '{"arguments": "{\\"db\\": {\\"password\\": \\"«<an:14>»\\"}}"}',
    "terraform": 'resource "x" "y" {\n  admin_password = "«<an:16>»"\n}\n',
}

PLACES = (
    "header",
    "URL query",
    "URL userinfo or path",
    "JSON under a name",
    "JSON in prose",
    "form",
    "plain text",
    "base64",
    "stream",
)


@dataclass(frozen=True, slots=True)
class Plant:
    """A text with a secret in it: the name it goes by, the text, and the secret, in parts if lines
    divide it.
    """

    kind: str
    name: str
    text: str
    secret: tuple[str, ...]
    bare: bool


def plants(seed: int) -> list[Plant]:
    """One of each kind."""
    chance = random.Random(seed)
    found: list[Plant] = []
    for row in SHAPED.split("\n")[1:-1]:
        name, _, shape = row.partition(" ")
        value = _fill(shape, chance)
        found.append(Plant(name, name, value, (_core(value),), bare=True))
    for row in NAMED.split("\n")[1:-1]:
        name, _, shape = row.partition(" ")
        value = _fill(shape, chance)
        found.append(Plant(f"{name}=", name, f"{name}={value}", (value,), bare=False))
    for kind, text in TEXTS.items():
        before, secret, after = re.split("[«»]", _fill(text, chance))
        parts = tuple(part for part in re.split(r"\n|\\n", secret) if part)
        found.append(Plant(kind, "note", before + secret + after, parts, bare=False))
    return found


def _core(value: str) -> str:
    """What of a value is secret: its longest random part."""
    return max(re.split(r"[.:/$~]|\|", value), key=len)


def _fill(shape: str, chance: random.Random) -> str:
    def one(slot: re.Match[str]) -> str:
        kind, length = slot[1], int(slot[2])
        if kind == "basic":
            return base64.b64encode(f"ann:{_draw('an', length, chance)}".encode()).decode()
        if kind == "packed":
            return base64.b64encode(_draw("an", length, chance).encode()).decode()
        if kind == "pem":
            lines = _draw("b64", length, chance)
            block = f"-----BEGIN RSA PRIVATE KEY-----\n{lines}\n-----END RSA PRIVATE KEY-----\n"
            return base64.b64encode(block.encode()).decode()
        return _draw(kind, length, chance)

    return _SLOT.sub(one, shape)


def _draw(kind: str, length: int, chance: random.Random) -> str:
    """Random characters of an alphabet, among them a digit where it has any, as long ones have."""
    alphabet = _ALPHABETS[kind]
    text = "".join(chance.choices(alphabet, k=length))
    if length < 8 or not set(string.digits) < set(alphabet) or len(alphabet) == 10:
        return text
    at = length // 2
    letters = [each for each in alphabet if each.isalpha()]
    return text[:at] + chance.choice(letters) + chance.choice(string.digits) + text[at + 2 :]


def planted(plant: Plant, place: str, chance: random.Random) -> Interaction:
    """An interaction with a secret in one place."""
    text, is_named = plant.text, not plant.bare and plant.name != "note"
    value = text.partition("=")[2] if is_named else text
    uri, request, answer = "https://api.example.com/v1/responses", b'{"input":"Hi"}', b"{}"
    kind, headers = "application/json", (("content-type", "application/json"),)
    answered: tuple[tuple[str, str], ...] = headers
    pair = f"{plant.name if is_named else 'q'}={{}}"
    if place == "header":
        one_line = text.strip().replace("\n", "\\n")
        answered = (*headers, ("location", one_line))
    elif place == "URL query":
        uri += "?a=1&" + pair.format(quote(value, safe=""))
    elif place == "URL userinfo or path":
        if is_named:
            uri = f"https://ann:{quote(value, safe='')}@api.example.com/v1/responses"
        else:
            uri = f"https://api.example.com/{quote(value, safe='')}/v1"
    elif place == "JSON under a name":
        request = json.dumps({"input": "Hi", "metadata": {plant.name: value}}).encode()
    elif place == "JSON in prose":
        said = f"Hello, this is it: {text} Thank you."
        request = json.dumps({"input": [{"role": "user", "content": said}]}).encode()
    elif place == "form":
        request = f"grant_type=a+b&{pair.format(quote_plus(value))}&z=1".encode()
        kind = "application/x-www-form-urlencoded"
    elif place == "plain text":
        line = f"{plant.name}: {value}" if is_named else text
        request, kind = f"first line\n{line}\nlast line\n".encode(), "text/plain"
    elif place == "base64":
        packed = base64.b64encode(f"see here: {text} end".encode()).decode()
        request = json.dumps({"file": f"data:text/plain;base64,{packed}"}).encode()
    else:
        said = f"Here it is: {text} Done."
        cuts = sorted(chance.sample(range(1, len(said)), 9))
        pieces = [said[a:b] for a, b in zip([0, *cuts], [*cuts, len(said)], strict=True)]
        answer = b"".join(_event("response.output_text.delta", "delta", each) for each in pieces)
        answer += _event("response.output_text.done", "text", said)
        answered = (("content-type", "text/event-stream"),)
    asked = RecordedRequest("POST", uri, (("content-type", kind),), request)
    return Interaction(asked, RecordedResponse(200, "OK", answered, answer))


def _event(kind: str, name: str, text: str) -> bytes:
    value = {"type": kind, "item_id": "msg_1", name: text}
    return f"event: {kind}\ndata: {json.dumps(value)}\n\n".encode()


def survives(plant: Plant, scrubbed: Interaction) -> bool:
    """Whether a recognisable part of a secret is left, as it is or encoded."""
    everything = "\n".join(_readings(scrubbed))
    for part in plant.secret:
        middle = max(0, len(part) // 2 - 6)
        pieces = {part[:12], part[-12:], part[middle : middle + 12]}
        if any(piece in everything for piece in pieces):
            return True
    return False


def _readings(scrubbed: Interaction) -> Iterator[str]:
    answer = (scrubbed.response.body or b"").decode()
    headers = (value for _, value in (*scrubbed.request.headers, *scrubbed.response.headers))
    raw = "\n".join([scrubbed.request.uri, scrubbed.request.body.decode(), answer, *headers])
    decoders: tuple[Callable[[str], str], ...] = (unquote, unquote_plus, _unescaped, _unpacked)
    yield raw
    yield "".join(json.loads(each)["delta"] for each in re.findall(r"\{.*\"delta\": .*\}", answer))
    for decode in decoders:
        yield decode(raw)
        yield decode(_unescaped(raw))


def _unescaped(text: str) -> str:
    return text.replace('\\"', '"').replace("\\\\", "\\").replace("\\n", "\n")


def _unpacked(text: str) -> str:
    runs = re.findall(r"[A-Za-z0-9+/]{16,}", text)
    return "\n".join(base64.b64decode(run[: len(run) // 4 * 4]).decode("latin-1") for run in runs)


# Lines that hold no secret, however much they may look like it; of «…» a random one is drawn.
INNOCENT = """
<div class="sk-spinner-double-bounce">
.sk-folding-cube-container .sk-cube2 { display: none }
sk-loading-skeleton-animation-v2
https://api.example.com/items?token=next-page
https://api.example.com/items?page_token=<w:40>
https://api.example.com/items?pageToken=<an:32>&limit=20
https://api.example.com/items?cursor=<an:60>
{"next_page_token": "<w:44>", "items": []}
{"nextPageToken": "<an:28>"}
{"continuation_token": "<b64:64>"}
{"next_cursor": "<b64:40>=="}
client = OpenAI(api_key=settings.key1)
client = OpenAI(api_key=settings.openai_api_key)
client = OpenAI(api_key=os.environ["OPENAI_API_KEY"])
client = OpenAI(api_key=get_secret_v2("openai"))
const client = new OpenAI({ apiKey: process.env.OPENAI_API_KEY2 });
api_key: str | None = None
password: SecretStr = Field(min_length=12)
def login(username: str, password: str, token2: Token) -> None:
secret_key = config["secret_key_v2"]
token = tokens[index1]
token = next(iter(tokens2))
export OPENAI_API_KEY=$OPENAI_KEY_1
export OPENAI_API_KEY="${PROD_KEY_2024}"
api_key: ${{ secrets.OPENAI_API_KEY_2 }}
password: {{ vault_password_1 }}
OPENAI_API_KEY=<your-api-key-1>
OPENAI_API_KEY=your-api-key-here-123
password = "changeme123"
postgres://user:password@localhost:5432/app
postgresql://${DB_USER}:${DB_PASS}@db/app
https://user@example.com/path
mailto:ann.smith2024@example.com
git@github.com:acme/project1.git
ssh://git@github.com/acme/project1.git
resp_<hex:48>
msg_<hex:48>
call_<an:24>
fc_<hex:48>
rs_<hex:48>
req_<hex:32>
chatcmpl-<an:29>
file-<an:22>
file_<hex:24>
vs_<hex:24>
batch_<hex:32>
run_<an:24>
thread_<an:24>
asst_<an:24>
ws_<hex:48>
{"id": "call_<an:24>", "type": "function_call", "call_id": "call_<an:24>"}
{"encrypted_content": "gAAAAAB<w:400>=="}
{"thought_signature": "<b64:300>"}
{"prompt_cache_key": "session-<hex:32>"}
{"idempotency_key": "stainless-node-retry-<hex:32>"}
{"cache_key": "<hex:64>"}
{"primary_key": "<hex:24>", "sort_key": "2024-01-01#<hex:8>"}
{"partitionKey": "tenant-<hex:16>"}
{"public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI<b64:43>"}
{"token": " caf\u00e92024", "logprob": -0.1}
{"token": "base64url", "bytes": [98]}
{"max_tokens": 4096, "total_tokens": "1234567890"}
{"key": "value-1", "keys": ["abc123", "def456"]}
{"key": "Enter2", "code": "KeyA1"}
{"auth": "oauth2", "authorization_url": "https://auth.example.com/oauth2/authorize"}
{"token_type": "bearer", "expires_in": "3600"}
{"token_endpoint": "https://auth.example.com/oauth2/v1/token"}
{"secret_name": "projects/acme/secrets/openai-key/versions/12"}
{"password_reset_url": "https://example.com/reset/step2"}
{"nonce": "<b64:24>"}
<script nonce="<b64:24>" src="https://cdn.example.com/app.<hex:20>.js">
integrity="sha384-<b64:64>"
"integrity": "sha512-<b64:86>=="
sha256:<hex:64>
sha256-<b64:43>=
commit <hex:40>
Merge <hex:40> into <hex:40>
index <hex:7>..<hex:7> 100644
https://github.com/acme/project1/commit/<hex:40>
docker.io/library/python@sha256:<hex:64>
etag: W/"<hex:32>"
md5 <hex:32>
<hex:8>-<hex:4>-4<hex:3>-8<hex:3>-<hex:12>
request id <hex:8>-<hex:4>-4<hex:3>-8<hex:3>-<hex:12>, please wait
x-request-id: req_<hex:32>
trace 00-<hex:32>-<hex:16>-01
data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA<b64:400>
data:font/woff2;base64,d09GMgABAAAAA<b64:300>==
gpt-5.1-codex-max-2025-11-13
gpt-4o-mini-transcribe-2025-03-20
ft:gpt-4o-mini-2024-07-18:acme:support-bot:<an:8>
text-embedding-3-large
claude-3-5-sonnet-20241022
o4-mini-deep-research-2025-06-26
models/gemini-2.0-flash-exp-image-generation
https://example.com/a?utm_source=news&utm_campaign=spring2024&key=section12
https://www.youtube.com/watch?v=<an:11>
https://maps.example.com/@52.5200066,13.404954,15z
https://s3.example.com/bucket/path/2024/11/object_key_1.json
https://example.com/reset-password?step=2
https://example.com/secret/garden/chapter-2
the secret: chapter 12 begins at dawn
Token: the smallest unit of text, such as "word1"
Passwords: choose at least 12 characters
Authorization: required since v2.1
Password: please choose one
key: C sharp minor, opus27
The key is in room 204b, second floor
the password is required2
The bearer of this letter, no. 12345, may pass
basic understanding of base64 encoding
Basic training2024 starts in May
Bearer tokens2 are sent in a header
public_key_fingerprint: SHA256:<b64:43>
-----BEGIN CERTIFICATE-----
-----BEGIN PUBLIC KEY-----
-----BEGIN RSA PRIVATE KEY----- is how such a file begins
if key == "page2" and token != "end1":
for key, value in headers1.items():
dict(key=lambda item2: item2.name)
sorted(rows, key=operator.itemgetter(1))
<input type="password" name="password" id="password1" autocomplete="off">
<label for="token">Token2</label>
<i class="fa-key-2x icon-secret1">
grid-template-areas: "key1 key2"
--color-secret: #a1b2c3d4;
curl -u "$USER:$TOKEN1" https://api.example.com
curl --user user:password https://api.example.com
mysql -u root -p app1
mkdir -p src/components2/auth
docker run -p 8080:8080 -u 1000:1000 app
{ key: "<hex:8>-<hex:4>-4<hex:3>-8<hex:3>-<hex:12>", value: "Americas" }
https://assets.example.com/video_box.ico-<hex:32>.png
def _hf_hub_<hex:8>_<hex:4>_<hex:4>(self, method, url)
docker run -u node:node app
pytest -p no:cacheprovider2
deploy --token-file /run/secrets/token1 --password-stdin
machine learning login page password reset
organisation org-chart and project proj_plan
user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36
user-defined-function-1
Content-Security-Policy: script-src 'nonce-<b64:22>=='
SK-II essence 230ml, SKU SK1234567890
PATRICK123 and KEYNOTE2024
tokenizer.ggml.tokens_v2: cl100k_base
{"eos_token": "<|endoftext|>", "pad_token": "<pad_0>"}
monkey=banana123456, turkey: gobble123456
keyboard: qwerty12345 layout
compass: north123east456
author: writer2024abc1
authority = region1.example2.com
{"name": "secret_number", "value": "guess between 1 and 100"}
{"type": "api_key", "title": "API Key v2", "in": "header"}
Lorem ipsum dolor sit amet, consectetur adipiscing elit 1234567890
MIIB begins many certificates; AAAAB3 begins many public keys
"""


def innocents(seed: int) -> list[str]:
    """Strings that scrubbing must leave as they are."""
    chance = random.Random(seed)
    return [_fill(line, chance) for line in INNOCENT.split("\n")[1:-1]]
