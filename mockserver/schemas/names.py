"""Which names and descriptions tell of which provider, and which numbers are usual. Frozen, as
`tables` is.
"""

from __future__ import annotations

NAMES = {
    "address": (
        "address addresses full_address home_address delivery_address location_address venue"
    ),
    "algorithm": "algorithm alg hash_algorithm cipher",
    "card": "card_number credit_card credit_card_number",
    "category": """
        category categories subcategory genre_category topic topics industry sector department discipline
        interests
    """,
    "cidr": "cidr subnet netmask cidr_block network_cidr",
    "city": """
        city town locality location origin destination departure arrival birthplace place from_location
        to_location departure_city arrival_city capital from_city to_city jurisdiction
    """,
    "clock": (
        "time start_time end_time departure_time arrival_time opening_time closing_time hour "
        "hours open close"
    ),
    "code": """
        code codes coupon_code reference reference_number sku order_number invoice_number product_code
        promo_code ticket flight_number tracking_number codigo serial serial_number license_plate
        registration model_number part_number barcode
    """,
    "color": "color colour background fill stroke background_color colors",
    "command": (
        "command cmd commands script entrypoint run exec build install test start restart "
        "query_command"
    ),
    "company": """
        company organization organisation org employer manufacturer vendor supplier publisher brand
        company_name organization_name business_name maker carrier provider airline bank institution
        maintainer_org affiliation university school hospital studio retailer merchant store shop
    """,
    "coordinates": "coordinates coords latlng geo point position",
    "country": "country nationality country_name nation",
    "country_code": "country_code country_iso iso_code",
    "cron": "cron schedule cron_expression cron_schedule",
    "cuisine": "cuisine cuisine_type",
    "currency": (
        "currency currency_code base_currency target_currency from_currency to_currency "
        "source_currency"
    ),
    "date": """
        date dob birthday birth_date date_of_birth birthdate start_date end_date due_date day release_date
        deadline released birth death expiry expiration check_in check_out departure_date return_date since
        until start end begin on check_in_date check_out_date """,
    "date_time": """
        timestamp datetime created_at updated_at deleted_at modified created updated at last_seen date_time
        ts last_modified completed published modified_at tstamp start_at end_at expires_at scheduled_time
        added deleted occurred last_updated date_created date_modified
    """,
    "device": "device devices machine hardware",
    "digest": """
        hash checksum digest sha sha256 fingerprint etag signature md5 commit commit_hash revision sha1
        integrity
    """,
    "direction": "direction orientation align alignment orient heading_direction",
    "directory": """
        dir directory folder root_dir basedir dirs cwd rootdir workdir root working_directory home webroot
        folders directories mount output_dir mount_path bin base
    """,
    "duration": "duration iso_duration",
    "email": """
        email mail email_address e_mail emails reply_to cc bcc support_email contact_email recipients
        to_email from_email mail_address
    """,
    "encoding": "encoding charset codec character_encoding",
    "expression": """
        expression expr condition conditions formula equation filter where predicate find when if match
        query_filter constraint constraints logic math_expression
    """,
    "extension": "extension ext file_extension file_type format formats output_format",
    "file": """
        file filename file_name files attachment attachments document documents readme input_file
        output_file sourcefile dockerfile config_file certificate cert keyring ca_file cafile
    """,
    "first_name": "first_name firstname given_name forename middle_name givenname fname",
    "flag": """
        args arg argument arguments flag flags opt opts option options parameter parameters param params
        switch
    """,
    "font": "font font_family typeface font_name",
    "food": "food dish meal recipe ingredient recipe_name ingredients allergies menu",
    "full_name": """
        full_name person author authors manager owner contact customer recipient sender assignee creator
        editor reviewer participant participants attendees attendee employee patient doctor teacher student
        person_name customer_name author_name contact_name maintainer maintainers contributors contributor
        artist actor director guest actors agent user_full_name employee_name patient_name student_name lead
        instructor speaker candidate fullname players player members byline users_name passenger passengers
        cast character characters
    """,
    "gender": "gender sex",
    "genre": "genre genres music_genre",
    "hex_color": "hex hex_color color_hex hex_code",
    "host": """
        host hostname domain domains server fqdn servername subdomain node hosts domain_name domainname
        hostnames servers nameservers searches dns gateway site_domain server_name realm tenant broker
        origin_host allowed_hosts
    """,
    "iban": "iban account_iban",
    "icon": "icon symbol_icon icon_name glyph icons",
    "id": """
        id ids identifier identifiers uid userid key keys primary_key oid pid gid sid entity_id sourceid
        scmid account account_number resource resources resource_id tracking_id external_id session parent
        children monitors session_id reference_id object target_id firmid scm_id iqn wwns wwids subscription
        instance cluster entity identity credentials handle arn trace_id ctx
    """,
    "image": """
        image photo picture avatar logo thumbnail img image_url images photos photo_url avatar_url poster
        banner cover profile_picture screenshot favicon profile_image thumbnail_url texture preview
    """,
    "interface": "interface network_interface nic iface",
    "ipv4": """
        ip ip_address ipaddress ipv4 addr ip_addr server_ip remote_addr ips ip_addresses client_ip portals
        portal
    """,
    "ipv6": "ipv6 ipv6_address",
    "isbn": "isbn isbn13 isbn_13 isbn10",
    "job": (
        "job job_title occupation profession position_title designation role_title "
        "job_position expertise"
    ),
    "json": "json data payload metadata json_data raw_json body_json",
    "kind": """
        kind type types shape_type class classes subtype object_type entity_type family supertype subgroup
        supergroup strategy style styles scope scopes variant theme medium media resource_type action_type
        layout template templates policy policies tier plan profile preset schema driver handler engine
        mime_kind purpose visibility access propagation series editions drop effect effects effort intent
        classification sort_type
    """,
    "language": (
        "language languages lang_name programming_language source_language "
        "target_language spoken_language"
    ),
    "language_code": "lang language_code lang_code iso_language",
    "last_name": "last_name lastname surname family_name lname familyname",
    "length": """
        width height length margin padding spacing radius x y font_size line_height thickness depth
        offset_px
    """,
    "level": """
        level severity difficulty intensity grade priority log_level importance risk confidence urgency
        rating rank quality skill_level experience
    """,
    "license": "license licence spdx licenses license_name copyright",
    "locale": "locale locales culture",
    "mac": "mac mac_address macaddress",
    "measure": "weight distance quantity volume temperature speed mass capacity dosage amount_text",
    "media_type": (
        "media_type mime mime_type content_type mimetype accept mimes mediatype contenttype"
    ),
    "method": "method http_method methods request_method verb verbs payment_method",
    "month": "month month_name",
    "number": """
        number count limit no num max min total index offset page step size_limit quantity_text uid_number
        port ports line column row order value values val amount score result numbers position_index points
        maximum minimum cpus 0 1 2 3 4 votes width_px threshold default_value valor quantity_ordered
    """,
    "operation": """
        operation action operations actions op event events event_type event_name trigger task_type
        task_action activity activities signal hook step_name
    """,
    "operator": "operator comparison comparator operators cmp conjunction",
    "paragraph": """
        content body article essay paragraph full_text abstract bio biography post email_body html markdown
        document_text review_text reportbody explanation long_description story lyrics background_info
        transcript contents
    """,
    "password": "password pass passwd passphrase secret_word passcode secret secrets pwd",
    "path": """
        path paths file_path filepath src dest source_file target_file location_path files_path pathname
        route key_path output_path input_path include exclude mountpoint volumes ignore glob module_path
        entry main bundle includes excludes output input source_path excluded save_path volume_path logfile
        log template_path bundle_path
    """,
    "pattern": "pattern regex regexp regular_expression patterns matcher regex_pattern",
    "phone": """
        phone telephone mobile phone_number cell fax tel contact_number mobile_number phones
        telephone_number
    """,
    "phrase": """
        label labels subject_line caption alias short_description heading subheading placeholder header
        headers legend tooltip tagline slogan display_text aliases subtitle plural singular option_text
        button_text hint keyword_phrase query search search_query keyword_query q search_term term terms
        annotation annotations attribute attributes feature features skills skill requirement requirements
        specialty goal goals objective objectives ambiguity trait traits symptom symptoms disease
        condition_name medication diagnosis treatment criteria preference preferences hobby amenities
        theme_name
    """,
    "postal_code": "zip postal_code postcode zipcode zip_code postal cep plz",
    "price": (
        "price cost fee salary balance total_price budget tax subtotal amount_due discount "
        "revenue income"
    ),
    "product": (
        "product product_name item items item_name products article_name accessory order_item"
    ),
    "protocol": "protocol protocols scheme transport",
    "range": "range interval span period price_range age_range ranges window",
    "region": """
        region regions zone availability_zone datacenter aws_region area province county district territory
        environment env stage deployment_environment realm_region
    """,
    "repository": """
        repository repo repository_url_path repos git_repo registry registries image_repository
        repository_name docker_image
    """,
    "role": """
        role roles permission permissions user_role audience group groups membership team privileges
        principal
    """,
    "seconds": """
        timeout delay ttl timeout_seconds expires latency retry_after polling_interval refresh_interval sync
        keepalive lifetime cache_ttl heartbeat sec grace_period
    """,
    "sentence": """
        description message summary text comment comments note notes reason detail details error info help
        msg answer question prompt instruction instructions tip sentence warning feedback review remark
        reasoning rationale statement greeting quote response reply doc docs documentation tooltip_text
        context descriptions desc excerpt overview hint_text request completion completions conversation
        solution observation finding findings recommendation recommendations advice conclusion justification
        analysis explanation_short task tasks problem usage deprecated deprecation_message thought evidence
        claim introduction step_description warnings errors messages suggestion suggestions mission outcome
        bullets procedure changes consequence translation query_text user_input
    """,
    "shape": "shape shapes geometry figure",
    "size": (
        "size memory storage file_size disk disk_size ram max_size memory_limit size_text "
        "buffer_size"
    ),
    "slug": """
        slug namespace namespaces uri_slug tag tags keyword keywords branch channel project branches
        workspace bucket cluster_name service service_name container package module plugin modules packages
        app application pool queue topic_name network volume_name database collection index_name table
        prefix suffix extends dependencies dependency depends_on depends component components tag_name stack
        services projects database_name bucket_name network_name image_name user_agent_name table_name
        application_name project_name app_name plugins program workflow pipeline stages targets target from
        to finalizers selector matches origin_name ref refs git_ref references anchor layer layers section
        sections block destination_name endpoint_name fstype platform system operating_system os
        architecture arch driver_name source sources sourcename set sets device_name builder runtime
        framework tool tools library libraries font_stack spec specs feature_name exchange lib provider_name
        build_name dependson config configuration config_name context_name configs job_name artifact
        artifacts slug_name test_name test_suite distribution release_name vendor_name gateway_name
    """,
    "state": "state us_state state_name state_province",
    "status": """
        status statuses order_status phase state_status current_status availability payment_status mode
        modes states lifecycle progress health condition_status result_status outcome_status stability
    """,
    "street": """
        street street_address address_line address_line1 address1 line1 street_name address_line_1 road
        addr1
    """,
    "subject": "course subject_area school_subject course_name subject_name",
    "ticker": "ticker stock_symbol stock symbol symbols tickers stock_ticker",
    "time_zone": "timezone tz time_zone zoneinfo timezones",
    "title": """
        title name names display_name headline movie book song track event_title book_title movie_title
        series_title album playlist game show film subject displayname longname shortname friendly_name
        nickname_title fullpath_name titles reporttitle nome nombre common_name chapter lesson page_title
        topic_title campaign contest band movie_name nom competition ceremony exhibition landmark monument
        attraction hotel restaurant museum park trail vehicle car model planet animal breed species plant
        album_title game_title song_title tab issue milestone epic
    """,
    "token": """
        token api_key apikey access_token refresh_token secret_key access_key client_secret auth_token
        bearer nonce salt authorization csrf client_token private_key public_key auth cookie encryption_key
        jwt api_token session_token cursor continue page_token next_page_token continuation
    """,
    "unit": "unit units uom unit_of_measurement temperature_unit",
    "url": """
        url uri link href website homepage endpoint web site urls links uris webhook callback base_url
        web_page download_url redirect_uri redirect_url callback_url webhook_url feed source_url endpoints
        rest_url website_url links_url webpage src_url git_url documentation_url docs_url support_url iri
        canonical self home_page bugs download doi schema_location location_url tracker video video_url
        audio audio_url permalink proxy repository_url git schema_url upstream
    """,
    "username": """
        username user login nickname user_name screen_name userid_name github twitter account_name
        handle_name users account_id owner_name uname usernames created_by updated_by by author_id user_id
    """,
    "uuid": "uuid guid uuids request_id correlation_id",
    "variable": """
        field variable column_name field_name variable_name property properties fields env_var columns
        attribute_name property_name key_name parameter_name function function_name method_name variables
        sort_by order_by group_by sort param_name identifier_name symbol_name enum_name class_name
        metric_name metric metrics dataset data_source sensor property_path sort_field by_field element
    """,
    "version": """
        version versions release min_version max_version api_version apiversion target_version
        schema_version app_version tag_version supported python_version node_version sdk_version
        version_number software_version ver rev build_number
    """,
    "weekday": "weekday day_of_week dayofweek days",
    "word": """
        word words topic_word find_word letters string delimiter separator lemma root_word replacement
        replace
    """,
    "year": "year years founded year_founded release_year publication_year",
}
# What a description in small letters contains, and the provider it tells of. The first that is
# found decides.
DESCRIBED = (
    ("yyyy-mm-ddt", "date_time"),
    ("rfc 3339", "date_time"),
    ("rfc3339", "date_time"),
    ("iso 8601 timestamp", "date_time"),
    ("iso 8601 date-time", "date_time"),
    ("date and time", "date_time"),
    ("yyyy-mm-dd", "date"),
    ("iso 8601 date", "date"),
    ("hh:mm", "clock"),
    ("email address", "email"),
    ("e-mail address", "email"),
    ("hex color", "hex_color"),
    ("hex colour", "hex_color"),
    ("hexadecimal color", "hex_color"),
    ("uuid", "uuid"),
    ("country code", "country_code"),
    ("iso 3166", "country_code"),
    ("currency code", "currency"),
    ("iso 4217", "currency"),
    ("language code", "language_code"),
    ("iso 639", "language_code"),
    ("url of", "url"),
    ("url to", "url"),
    ("url for", "url"),
    ("url where", "url"),
    ("uri of", "url"),
    ("link to the", "url"),
    ("phone number", "phone"),
    ("ip address", "ipv4"),
    ("ipv4 address", "ipv4"),
    ("mime type", "media_type"),
    ("media type", "media_type"),
    ("time zone", "time_zone"),
    ("timezone", "time_zone"),
    ("path to the", "path"),
    ("path of the", "path"),
    ("path where", "path"),
    ("file name", "file"),
    ("filename", "file"),
    ("name of the file", "file"),
    ("full name", "full_name"),
    ("name of the person", "full_name"),
    ("name of the user", "full_name"),
    ("name of the customer", "full_name"),
    ("name of the author", "full_name"),
    ("name of the city", "city"),
    ("city name", "city"),
    ("city and state", "city"),
)
# Providers that a name tells for certain, whatever is described.
CERTAIN = frozenset(
    (
        "email",
        "uuid",
        "phone",
        "ipv4",
        "ipv6",
        "iban",
        "isbn",
        "first_name",
        "last_name",
        "time_zone",
    )
)
RANGES: dict[str, tuple[float, float]] = {
    "age": (18, 80),
    "year": (1990, 2026),
    "month": (1, 12),
    "day": (1, 28),
    "hour": (0, 23),
    "minute": (0, 59),
    "second": (0, 59),
    "latitude": (-90, 90),
    "lat": (-90, 90),
    "longitude": (-180, 180),
    "lng": (-180, 180),
    "lon": (-180, 180),
    "price": (1, 500),
    "amount": (1, 5000),
    "cost": (1, 500),
    "salary": (30000, 150000),
    "quantity": (1, 20),
    "rating": (1, 5),
    "page": (1, 20),
    "count": (0, 50),
    "port": (1024, 65535),
    "percentage": (0, 100),
    "percent": (0, 100),
    "probability": (0, 1),
    "confidence": (0, 1),
    "temperature": (-10, 35),
    "width": (10, 1920),
    "height": (10, 1080),
    "weight": (1, 100),
    "limit": (1, 100),
    "offset": (0, 100),
    "timeout": (1, 60),
    "timestamp": (1704067200, 1767225600),
    "status_code": (200, 404),
    "score": (0, 100),
}
