-- The functions of the ledger: the only writers of its tables. Each takes the caller's idempotency key, answers a
-- repeated call with the first result, and refuses the same key for another payload. Errors carry their own SQLSTATE:
-- QF400 not a sensible amount, QF402 not enough credit, QF403 not this caller's wallet, QF404 no such row,
-- QF409 key used for something else, QF410 the hold holds less than that.
--
-- A wallet is the one lock: every function takes it before it writes anything, so that whoever holds it waits for no
-- other row of that wallet, and two callers cannot wait for each other in a circle.

CREATE FUNCTION ledger.check_caller(p_tenant bigint) RETURNS void
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
BEGIN
    -- IS NOT TRUE: a tenant that is NULL must not pass as "not known to be wrong".
    IF (current_setting('role') IN ('t_' || p_tenant, 'qunfa_platform') AND p_tenant IS NOT NULL) IS NOT TRUE THEN
        RAISE EXCEPTION 'role % may not move the money of tenant %', current_setting('role'), p_tenant
            USING ERRCODE = 'QF403';
    END IF;
END $$;

-- What was asked under a key. An array of JSON, so that no text can pass for two others and NULL is not left out.
CREATE FUNCTION ledger.digest(p_asked jsonb) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = ledger, pg_temp AS $$
    SELECT encode(sha256(convert_to(p_asked::text, 'UTF8')), 'hex')
$$;

CREATE FUNCTION ledger.account_of(p_tenant bigint, p_kind text, p_currency text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
    found bigint;
BEGIN
    SELECT id INTO found FROM ledger.accounts
     WHERE tenant_id IS NOT DISTINCT FROM p_tenant AND kind = p_kind AND currency = p_currency;
    IF found IS NULL THEN
        -- Only wallets keep a balance and a floor; the platform's own accounts are summed from their entries,
        -- so that no row of theirs is fought over.
        INSERT INTO ledger.accounts (tenant_id, kind, currency, posted, held, floor)
        VALUES (p_tenant, p_kind, p_currency,
                CASE WHEN p_kind = 'wallet' THEN 0 END, 0, CASE WHEN p_kind = 'wallet' THEN 0 END)
        ON CONFLICT DO NOTHING;
        SELECT id INTO STRICT found FROM ledger.accounts
         WHERE tenant_id IS NOT DISTINCT FROM p_tenant AND kind = p_kind AND currency = p_currency;
    END IF;
    RETURN found;
END $$;

CREATE FUNCTION ledger.locked_wallet(p_tenant bigint, p_currency text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
    wallet bigint := ledger.account_of(p_tenant, 'wallet', p_currency);
BEGIN
    PERFORM FROM ledger.accounts WHERE id = wallet FOR NO KEY UPDATE;
    RETURN wallet;
END $$;

CREATE FUNCTION ledger.hold(
    p_idem text, p_tenant bigint, p_currency text, p_amount bigint, p_ref_type text, p_ref_id bigint
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
    digest text := ledger.digest(jsonb_build_array(p_tenant, p_currency, p_amount, p_ref_type, p_ref_id));
    wallet bigint;
    made bigint;
    before ledger.holds%ROWTYPE;
BEGIN
    PERFORM ledger.check_caller(p_tenant);
    IF (p_amount > 0) IS NOT TRUE THEN
        RAISE EXCEPTION 'a hold needs a positive amount' USING ERRCODE = 'QF400';
    END IF;
    wallet := ledger.locked_wallet(p_tenant, p_currency);
    INSERT INTO ledger.holds (idem, payload, tenant_id, account_id, amount, remaining, ref_type, ref_id, at)
    VALUES (p_idem, digest, p_tenant, wallet, p_amount, p_amount, p_ref_type, p_ref_id, clock_timestamp())
    ON CONFLICT (idem) DO NOTHING RETURNING id INTO made;
    IF made IS NULL THEN
        SELECT * INTO STRICT before FROM ledger.holds WHERE idem = p_idem;
        IF before.payload <> digest THEN
            RAISE EXCEPTION 'key % was used for another hold', p_idem USING ERRCODE = 'QF409';
        END IF;
        RETURN before.id;
    END IF;
    UPDATE ledger.accounts SET held = held + p_amount
     WHERE id = wallet AND posted - held - p_amount >= floor;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not enough credit for a hold of %', p_amount USING ERRCODE = 'QF402';
    END IF;
    RETURN made;
END $$;

CREATE FUNCTION ledger.settle(
    p_txn uuid, p_idem text, p_tenant bigint, p_currency text, p_ref_type text, p_ref_id bigint,
    p_holds bigint[], p_posts bigint[], p_releases bigint[]
) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
    digest text := ledger.digest(
        jsonb_build_array(p_tenant, p_currency, p_ref_type, p_ref_id, p_holds, p_posts, p_releases));
    wallet bigint;
    revenue bigint;
    posted_sum bigint;
    released_sum bigint;
    known int;
    touched int;
    before ledger.txns%ROWTYPE;
BEGIN
    PERFORM ledger.check_caller(p_tenant);
    -- Arrays of unequal length would be filled up with NULL, and a leg without a hold would move money of no hold.
    IF (cardinality(p_holds) > 0 AND cardinality(p_posts) = cardinality(p_holds)
        AND cardinality(p_releases) = cardinality(p_holds)) IS NOT TRUE
       OR EXISTS (SELECT FROM unnest(p_posts, p_releases) AS leg(post, release)
                   WHERE (leg.post >= 0 AND leg.release >= 0) IS NOT TRUE) THEN
        RAISE EXCEPTION 'a settlement needs legs without negative amounts' USING ERRCODE = 'QF400';
    END IF;
    SELECT sum(post), sum(release) INTO posted_sum, released_sum FROM unnest(p_posts, p_releases) AS leg(post, release);
    wallet := ledger.locked_wallet(p_tenant, p_currency);
    INSERT INTO ledger.txns (id, idem, payload, kind, tenant_id, ref_type, ref_id, released, at)
    VALUES (p_txn, p_idem, digest, 'settle', p_tenant, p_ref_type, p_ref_id, released_sum, clock_timestamp())
    ON CONFLICT (idem) DO NOTHING;
    IF NOT FOUND THEN
        SELECT * INTO STRICT before FROM ledger.txns WHERE idem = p_idem;
        IF before.payload <> digest THEN
            RAISE EXCEPTION 'key % was used for another settlement', p_idem USING ERRCODE = 'QF409';
        END IF;
        RETURN before.id;
    END IF;
    -- Of this wallet: a hold in another currency is none of ours, though it has the same owner.
    SELECT count(*) INTO known FROM ledger.holds WHERE id = ANY (p_holds) AND account_id = wallet;
    IF known <> cardinality(p_holds) THEN
        RAISE EXCEPTION 'a hold is unknown or named twice' USING ERRCODE = 'QF404';
    END IF;
    UPDATE ledger.holds AS hold SET remaining = hold.remaining - leg.post - leg.release
      FROM unnest(p_holds, p_posts, p_releases) AS leg(id, post, release)
     WHERE hold.id = leg.id AND hold.remaining - leg.post >= leg.release;
    GET DIAGNOSTICS touched = ROW_COUNT;
    IF touched <> known THEN
        RAISE EXCEPTION 'a hold was resolved before, or holds less' USING ERRCODE = 'QF410';
    END IF;
    UPDATE ledger.accounts SET posted = posted - posted_sum, held = held - posted_sum - released_sum WHERE id = wallet;
    IF posted_sum > 0 THEN
        revenue := ledger.account_of(NULL, 'revenue', p_currency);
        INSERT INTO ledger.entries (txn_id, account_id, tenant_id, amount)
        VALUES (p_txn, wallet, p_tenant, -posted_sum), (p_txn, revenue, p_tenant, posted_sum);
    END IF;
    RETURN p_txn;
END $$;

CREATE FUNCTION ledger.credit(
    p_txn uuid, p_idem text, p_tenant bigint, p_currency text, p_amount bigint, p_source text, p_kind text,
    p_ref_type text, p_ref_id bigint, p_actor bigint, p_note text, p_reverses uuid DEFAULT NULL
) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
DECLARE
    digest text := ledger.digest(jsonb_build_array(
        p_tenant, p_currency, p_amount, p_source, p_kind, p_ref_type, p_ref_id, p_reverses));
    wallet bigint;
    source bigint;
    before ledger.txns%ROWTYPE;
BEGIN
    -- Money enters and leaves only by the platform's hand: a tenant's own role may not call this.
    IF current_setting('role') <> 'qunfa_platform' THEN
        RAISE EXCEPTION 'only the platform may credit a wallet' USING ERRCODE = 'QF403';
    END IF;
    IF (p_amount <> 0 AND p_source IN ('promo_grant', 'stripe_clearing', 'adjustment')
        AND p_kind IN ('grant', 'topup', 'adjustment', 'refund')) IS NOT TRUE THEN
        RAISE EXCEPTION 'a credit needs an amount, a kind and an account of the platform' USING ERRCODE = 'QF400';
    END IF;
    IF NOT EXISTS (SELECT FROM shared.tenants WHERE id = p_tenant AND state <> 'spare') THEN
        RAISE EXCEPTION 'there is no tenant %', p_tenant USING ERRCODE = 'QF404';
    END IF;
    wallet := ledger.locked_wallet(p_tenant, p_currency);
    INSERT INTO ledger.txns (id, idem, payload, kind, tenant_id, ref_type, ref_id, actor_id, note, reverses, at)
    VALUES (p_txn, p_idem, digest, p_kind, p_tenant, p_ref_type, p_ref_id, p_actor, p_note, p_reverses, clock_timestamp())
    ON CONFLICT (idem) DO NOTHING;
    IF NOT FOUND THEN
        SELECT * INTO STRICT before FROM ledger.txns WHERE idem = p_idem;
        IF before.payload <> digest THEN
            RAISE EXCEPTION 'key % was used for another credit', p_idem USING ERRCODE = 'QF409';
        END IF;
        RETURN before.id;
    END IF;
    source := ledger.account_of(NULL, p_source, p_currency);
    UPDATE ledger.accounts SET posted = posted + p_amount
     WHERE id = wallet AND (p_amount > 0 OR posted - held + p_amount >= floor);
    IF NOT FOUND THEN
        RAISE EXCEPTION 'not enough credit to take back %', -p_amount USING ERRCODE = 'QF402';
    END IF;
    INSERT INTO ledger.entries (txn_id, account_id, tenant_id, amount)
    VALUES (p_txn, wallet, p_tenant, p_amount), (p_txn, source, p_tenant, -p_amount);
    RETURN p_txn;
END $$;

-- A transaction whose legs do not sum to zero is refused when it commits.
CREATE FUNCTION ledger.check_balanced() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ledger, pg_temp AS $$
BEGIN
    IF (SELECT sum(amount) FROM ledger.entries WHERE txn_id = NEW.txn_id) <> 0 THEN
        RAISE EXCEPTION 'transaction % does not balance', NEW.txn_id USING ERRCODE = 'QF500';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER entries_balance AFTER INSERT ON ledger.entries
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger.check_balanced();

CREATE FUNCTION ledger.refuse_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = ledger, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append only: correct it with a new transaction' USING ERRCODE = 'QF403';
END $$;

CREATE TRIGGER entries_append_only BEFORE UPDATE OR DELETE ON ledger.entries
FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER txns_append_only BEFORE UPDATE OR DELETE ON ledger.txns
FOR EACH ROW EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER entries_not_emptied BEFORE TRUNCATE ON ledger.entries
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
CREATE TRIGGER txns_not_emptied BEFORE TRUNCATE ON ledger.txns
FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change();
