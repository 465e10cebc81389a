// SPDX-License-Identifier: BSL-1.0

// Plan
//   every object, event and error body: what is written is the file, keys in order -> written
//   every file: what is read is the value, and is written as the file again        -> read_back
//   every file, spoiled in one place: refused, or a value like any other           -> strict
//   the files of tests/wire: each entry has its row; each writer, type of event and
//   error code its entry                                                           -> complete
//   server.json, what the reference server itself answers: each entry is looked for in
//   tests/server, error bodies are written again                                   -> of_the_server
//
// The files are written from the API's documentation by hand.

#include "membership/domain/error.hpp"
#include "membership/wire/body.hpp"
#include "membership/wire/errors.hpp"
#include "membership/wire/event_request.hpp"
#include "membership/wire/membership_request.hpp"
#include "membership/wire/paging.hpp"
#include "support/wire_reader.hpp"
#include "support/wire_writer.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace membership;
using namespace membership_tests;
using boost::json::serialize;
using wire::QueryString;
using wire::RequestError;

BOOST_AUTO_TEST_SUITE(wire_golden)

namespace {

const std::filesystem::path folder = MEMBERSHIP_TESTS_WIRE;

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

boost::json::object golden(const std::string& file) {
  return boost::json::parse(text_of(folder / (file + ".json"))).as_object();
}

// --- the values ----------------------------------------------------------------------------------

constexpr Time created = Time::from_milliseconds(1'768'478'400'000);  // 2026-01-15T12:00:00Z
constexpr Time updated = Time::from_milliseconds(1'768'478'401'007);
constexpr Time expires = Time::from_milliseconds(1'769'083'200'000);  // 2026-01-22T12:00:00Z

template <class I>
I id(std::string_view text) {
  return *I::make(text);
}
const auto acme = id<OrganizationId>("org_1");
const auto ada = id<UserId>("user_1");
const auto bob = id<UserId>("user_2");

const PermissionState permissions[] = {PermissionState(*PermissionSlug::make("docs:read")),
                                       PermissionState(*PermissionSlug::make("docs:write"))};
const RoleState roles[] = {RoleState(*RoleSlug::make("member")),
                           RoleState(*RoleSlug::make("admin"))};
const RoleState own_roles[] = {RoleState(*RoleSlug::make("org-auditor"))};
const RoleCatalogue catalogue(RoleTable(roles, 2), RoleTable(own_roles, 1), nullptr, nullptr,
                              PermissionTable(permissions, 2));
constexpr RoleIndex member = RoleIndex::environment(0);
constexpr RoleIndex admin = RoleIndex::environment(1);
constexpr RoleIndex auditor = RoleIndex::organization(0);

PermissionSet granted(std::initializer_list<unsigned> places) {
  PermissionSet set;
  for (const unsigned place : places) set.insert(place);
  return set;
}

using TextList = std::initializer_list<std::pair<Text, std::string>>;

ProfileValue texts(TextList list) {
  ProfileValue value;
  for (const auto& [text, content] : list) value[text] = content;
  return value;
}
ProfileValue profile(Time last, TextList list) {
  ProfileValue value = texts(list);
  value.created_at = created;
  value.updated_at = last;
  return value;
}

ProfileValue of_ada() {
  ProfileValue value = profile(updated, {{Text::email, "Ada@Example.com"},
                                         {Text::first_name, "Ada"},
                                         {Text::last_name, "Lovelace"},
                                         {Text::name, "Ada L."},
                                         {Text::external_id, "ext-1"},
                                         {Text::locale, "en-GB"}});
  value.email_verified = true;
  value.metadata = {{"tier", "gold"}, {"a \"b\"", ""}};
  return value;
}

ProfileValue of_bob() { return profile(created, {{Text::email, "bob@example.com"}}); }

DomainValue domain(std::uint64_t number, std::string name, DomainState state, Time last = created) {
  const Ulid begin = *parse_ulid("01KF0RGWG00000000000000000");
  return {{Ulid{begin.high, number}}, std::move(name), state, created, last};
}

ProfileValue of_acme() {
  ProfileValue value = profile(updated, {{Text::name, "Acm\xC3\xA9"},
                                         {Text::external_id, "ext-1"},
                                         {Text::stripe_customer_id, "cus_1"}});
  value.metadata = {{"tier", "gold"}, {"a \"b\"", ""}};
  value.domains = {domain(1, "failed.example", DomainState::failed, updated),
                   domain(2, "legacy.example", DomainState::legacy_verified),
                   domain(3, "pending.example", DomainState::pending),
                   domain(4, "unverified.example", DomainState::unverified),
                   domain(5, "verified.example", DomainState::verified)};
  return value;
}

OrganizationMembership membership(std::string_view text, const UserId& user, RoleSet held,
                                  RoleIndex first, Status status, Time last, bool managed = false) {
  return OrganizationMembership(id<MembershipId>(text), user, acme, held, first, status, created,
                                last, 0, managed);
}
OrganizationMembership membership(std::string_view text, const UserId& user, RoleIndex role,
                                  Status status, Time last, bool managed = false) {
  return membership(text, user, RoleSet::of(role), role, status, last, managed);
}

const RoleValue admin_role{id<RoleId>("role_1"),
                           {},
                           false,
                           *RoleSlug::make("admin"),
                           granted({0, 1}),
                           profile(updated, {{Text::name, "Administrator"},
                                             {Text::description, "Reads and writes all"},
                                             {Text::resource_type_slug, "organization"}})};
const RoleValue auditor_role{
    id<RoleId>("role_2"),
    {},
    true,
    *RoleSlug::make("org-auditor"),
    {},
    profile(created, {{Text::name, "Auditor"}, {Text::resource_type_slug, "folder"}})};

/// A role as an event has it: one of an organization has a name as well.
RoleValue event_role(std::string_view slug, PermissionSet held, std::string type, Time last,
                     std::optional<std::string> name = {},
                     std::optional<std::string> description = {}) {
  RoleValue role{{}, {}, name.has_value(), *RoleSlug::make(slug), held, profile(last, {})};
  if (name) role.organization = acme;
  role.profile[Text::name] = std::move(name);
  role.profile[Text::description] = std::move(description);
  role.profile[Text::resource_type_slug] = std::move(type);
  return role;
}

const PermissionValue read_permission{
    id<PermissionId>("perm_1"), *PermissionSlug::make("docs:read"), true,
    profile(updated, {{Text::name, "Read all"},
                      {Text::description, "Reads \"all\" documents"},
                      {Text::resource_type_slug, "organization"}})};
const PermissionValue write_permission{
    id<PermissionId>("perm_2"), *PermissionSlug::make("docs:write"), false,
    profile(created, {{Text::name, "Write"}, {Text::resource_type_slug, "folder"}})};

InvitationValue invitation(InvitationStatus status, Time last) {
  InvitationState state(id<InvitationId>("invitation_1"), created, expires);
  state.organization = acme;
  state.inviter = bob;
  state.updated_at = last;
  state.status = status;
  if (status == InvitationStatus::accepted) state.accepted_by = ada;
  if (status == InvitationStatus::accepted || status == InvitationStatus::revoked) {
    state.ended_at = last;
  }
  return {state, texts({{Text::email, "Ada@Example.com"}, {Text::role_slug, "admin"}}),
          std::pair("t0ken", "https://x.example/?invitation_token=t0ken")};
}

InvitationValue bare_invitation() {
  return {InvitationState(id<InvitationId>("invitation_2"), created, expires),
          texts({{Text::email, "bob@example.com"}}), std::pair("", "")};
}

InvitationValue without_link(InvitationValue value) {
  value.link.reset();
  return value;
}

// --- the table -----------------------------------------------------------------------------------

using Json = boost::json::value;

struct Row {
  std::string file;
  std::string name;
  Json written;
  std::function<bool(const Json&)> reads;     ///< whether what is read is the value
  std::function<Json(const Json&)> rewrites;  ///< what is read, written again
};

class Table {
 public:
  Table() {
    add("user", "all set", UserValue{ada, of_ada()});
    add("user", "nothing set", UserValue{bob, of_bob()});
    const OrganizationValue full{acme, of_acme()};
    const OrganizationValue bare{id<OrganizationId>("org_2"),
                                 profile(created, {{Text::name, "Acme"}})};
    add("organization", "all set", full);
    add("organization", "nothing set", bare);
    add("resource", "with an external id",
        ResourceValue{
            {acme, profile(updated, {{Text::name, "Acm\xC3\xA9"}, {Text::external_id, "ext-1"}})}});
    add("resource", "without one", ResourceValue{bare});
    add_memberships();
    add("role", "of the environment", admin_role);
    add("role", "of an organization", auditor_role);
    add("permission", "of the system", read_permission);
    add("permission", "without description", write_permission);
    add("invitation", "pending", invitation(InvitationStatus::pending, created));
    add("invitation", "pending, without organization and secret", bare_invitation());
    add("invitation", "accepted", invitation(InvitationStatus::accepted, updated));
    add("invitation", "expired", invitation(InvitationStatus::expired, expires));
    add("invitation", "revoked", invitation(InvitationStatus::revoked, updated));
    add_lists();
    add_events();
    add_error_codes();
    add_refusals();
  }

  /// Each code of an error has a row.
  const std::vector<Row>& rows() const { return rows_; }

 private:
  template <class V>
  void add(std::string file, std::string name, const V& value) {
    rows_.push_back({std::move(file), std::move(name), write(value, catalogue),
                     [value](const Json& json) { return read(As<V>{}, json, catalogue) == value; },
                     [](const Json& json) -> Json {
                       return write(read(As<V>{}, json, catalogue), catalogue);
                     }});
  }

  void add_memberships() {
    const RoleSet all = RoleSet::of(admin) | RoleSet::of(member) | RoleSet::of(auditor);
    add("membership", "active",
        MembershipValue{membership("om_1", ada, all, admin, Status::active, updated), "Acm\xC3\xA9",
                        of_ada()});
    add("membership", "inactive, managed by a directory",
        MembershipValue{membership("om_2", bob, member, Status::inactive, updated, true),
                        "Acme \"1\"", of_bob()});
    add("membership", "pending",
        MembershipValue{membership("om_3", bob, auditor, Status::pending, created), "Acme",
                        of_bob()});
  }

  void add_lists() {
    using Page = ListValue<PermissionValue>;
    add("list", "of roles", ListValue<RoleValue>{{admin_role, auditor_role}});
    add("list", "between others",
        Page{{write_permission, read_permission}, Page::Cursors{"perm_2", "perm_1"}});
    add("list", "the first", Page{{write_permission}, Page::Cursors{{}, "perm_2"}});
    add("list", "empty", Page{{}, Page::Cursors{}});
  }

  /// `place` is the last character of the event's id.
  void add_event(char place, EventType type, Time at, EventData data,
                 std::optional<EventData> before = {}, const std::string& more = "") {
    const EventId event_id{*parse_ulid(std::string("01KF0RGWG0000000000000000") + place)};
    add("event", std::string(to_string(type)) + more,
        EventValue{event_id, type, at, std::move(data), std::move(before)});
  }

  void add_events() {
    using enum EventType;
    const auto joined = membership("om_1", ada, member, Status::pending, created);
    add_event('1', organization_membership_created, created, joined);
    add_event('2', organization_membership_updated, updated,
              membership("om_1", ada, RoleSet::of(admin) | RoleSet::of(member), admin,
                         Status::active, updated),
              joined);
    add_event('3', organization_membership_updated, updated,
              membership("om_1", ada, auditor, Status::active, updated, true), {},
              ", former values unknown");
    add_event('4', organization_membership_deleted, updated,
              membership("om_1", ada, admin, Status::inactive, created));

    OrganizationValue organization{acme, profile(created, {{Text::name, "Acme"},
                                                           {Text::external_id, "ext-1"},
                                                           {Text::stripe_customer_id, "cus_1"}})};
    organization.profile.metadata = {{"tier", "gold"}};
    organization.profile.domains = {domain(1, "acme.example", DomainState::verified)};
    add_event('5', organization_created, created, organization);
    organization.profile.updated_at = updated;
    organization.profile.metadata.clear();
    organization.profile.domains = {domain(1, "acme.example", DomainState::pending)};
    OrganizationValue old{acme, profile(created, {{Text::name, "Old"}})};
    old.profile.metadata = {{"tier", "gold"}};
    add_event('6', organization_updated, updated, organization, old);
    add_event('7', organization_deleted, updated,
              OrganizationValue{acme, profile(created, {{Text::name, "Acme"}})});

    add_event('8', user_created, created, UserValue{bob, of_bob()});
    add_event('9', user_updated, updated, UserValue{ada, of_ada()},
              UserValue{ada, profile(created, {{Text::email, "a@b"}})});
    add_event('A', user_deleted, updated, UserValue{ada, of_ada()});

    const std::string type = "organization";
    add_event('B', role_created, created, event_role("admin", granted({0, 1}), type, created));
    add_event('C', role_updated, updated, event_role("admin", granted({1}), type, updated),
              event_role("admin", granted({0}), type, created));
    add_event('D', role_deleted, updated, event_role("reader", {}, "folder", created));
    add_event('E', organization_role_created, created,
              event_role("org-auditor", {}, type, created, "Auditor"));
    add_event('F', organization_role_updated, updated,
              event_role("org-auditor", granted({0}), type, updated, "Auditor", "Reads all"),
              event_role("org-auditor", {}, type, created, "Old"));
    add_event('G', organization_role_deleted, updated,
              event_role("org-auditor", granted({0}), "folder", updated, "Auditor", "Reads all"));

    PermissionValue before = read_permission;
    before.profile = profile(created, {{Text::name, "Old"}, {Text::resource_type_slug, type}});
    add_event('H', permission_created, created, write_permission);
    add_event('J', permission_updated, updated, read_permission, before);
    add_event('K', permission_deleted, updated, write_permission);

    add_event('M', invitation_created, created,
              without_link(invitation(InvitationStatus::pending, created)));
    add_event('N', invitation_accepted, updated,
              without_link(invitation(InvitationStatus::accepted, updated)));
    add_event('P', invitation_revoked, updated,
              without_link(invitation(InvitationStatus::revoked, updated)));
    add_event('Q', invitation_resent, updated, without_link(bare_invitation()));
  }

  void add_code(ErrorCode code, Field field, std::string name, std::uint16_t detail = 0) {
    add("errors", std::move(name),
        wire::request_error(Error{code, field, detail, Subject::cut("x")}));
    codes_.insert(code);
  }

  void add_error_codes() {
    using enum ErrorCode;
    add_code(empty, Field::user_id, "empty");
    add_code(empty, Field::role_slugs, "empty, a list");
    add_code(too_long, Field::description, "too_long");
    add_code(not_utf8, Field::first_name, "not_utf8");
    add_code(malformed, Field::email, "malformed");
    add_code(out_of_range, Field::limit, "out_of_range");
    add_code(duplicate, Field::role_slugs, "duplicate");
    add_code(incomplete, Field::priority_order, "incomplete");
    add_code(several_organizations, Field::none, "several_organizations");
    add_code(entity_not_found, Field::user_id, "entity_not_found, User");
    add_code(entity_not_found, Field::organization_id, "entity_not_found, Organization");
    add_code(entity_not_found, Field::organization_membership_id,
             "entity_not_found, Organization Membership");
    add_code(entity_not_found, Field::invitation_id, "entity_not_found, Invitation");
    add_code(entity_not_found, Field::role_slug, "entity_not_found, Role");
    add_code(entity_not_found, Field::permission_slug, "entity_not_found, Permission");
    add_code(id_already_used, Field::user_id, "id_already_used");
    add_code(default_role_missing, Field::none, "default_role_missing");
    add_code(role_limit_reached, Field::none, "role_limit_reached");
    add_code(permission_limit_reached, Field::none, "permission_limit_reached");
    add_code(missing_id, Field::user_id, "missing_id");
    add_code(rule_refused, Field::none, "rule_refused", 7);
    // The others, also those that are yet to come. What is no code is spelled as an internal error.
    for (unsigned value = 1; value < 256; ++value) {
      const ErrorCode code = static_cast<ErrorCode>(value);
      const bool none = code > rule_refused && to_string(code) == "internal_error";
      if (none || codes_.contains(code)) continue;
      add_code(code, Field::none, std::string(to_string(code)));
    }
  }

  /// Refusals that single calls make of a code, and those that no code stands for.
  void add_refusals() {
    const auto error = [](ErrorCode code) {
      return Error{code, Field::none, 0, Subject::cut("x")};
    };
    add("errors", "invalid_role, of an invitation",
        wire::invitation_error(error(ErrorCode::invalid_role)));
    add("errors", "email_not_available, of a new user",
        wire::user_creation_error(error(ErrorCode::email_not_available)));
    add("errors", "last_owner_required, of a user that is deleted",
        wire::user_deletion_error(error(ErrorCode::last_owner_required)));
    add("errors", "entity_not_found, Authorization Resource",
        wire::not_found("Authorization Resource", "x"));
    add("errors", "internal_error", wire::internal_error());
    add("errors", "service_unavailable", wire::contended());
    add("errors", "bad_request", wire::Body::parse("{").error());
    add("errors", "body_object_required", wire::Body::parse("7").error());
    const auto both = wire::Body::parse(R"({"role_slug":"a","role_slugs":["a"]})");
    add("errors", "role_slug_and_role_slugs_mutually_exclusive",
        wire::read_update_roles(*both).error());
    add("errors", "invalid_request_parameters, of a list of memberships",
        wire::read_membership_list(*QueryString::parse("user_id=u&limit=0")).error());
    add("errors", "invalid_request_parameters, of another list",
        wire::parse_page_request(*QueryString::parse("limit=0"), wire::PagingRefusal::unprocessable)
            .error());
    add("errors", "invalid_request_parameters, of the events",
        wire::read_event_list(*QueryString::parse("events=x&range_end=x")).error());
    add("errors", "invalid_events_request", wire::read_event_list(QueryString()).error());
  }

  std::vector<Row> rows_{};
  std::set<ErrorCode> codes_{};
};

const Table& table() {
  static const Table made;
  return made;
}

/// Calls `use(row, entry)` with each row and its entry in the files.
template <class Use>
void for_each_entry(Use&& use) {
  std::map<std::string, boost::json::object> files;
  for (const Row& row : table().rows()) {
    const auto [file, fresh] = files.try_emplace(row.file);
    if (fresh) file->second = golden(row.file);
    BOOST_TEST_CONTEXT(row.file << ".json, " << row.name) {
      const Json* const entry = file->second.if_contains(row.name);
      BOOST_TEST(entry != nullptr);
      if (entry != nullptr) use(row, *entry);
    }
  }
}

/// Calls `visit(Json&)` with each value within an entry, itself included.
template <class Visit>
void for_each_value(Json& json, Visit&& visit) {
  visit(json);
  if (json.is_object()) {
    for (auto& part : json.get_object()) for_each_value(part.value(), visit);
  } else if (json.is_array()) {
    for (Json& element : json.get_array()) for_each_value(element, visit);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(written) {
  for_each_entry([](const Row& row, const Json& entry) {
    BOOST_TEST(serialize(row.written) == serialize(entry));
  });
}

BOOST_AUTO_TEST_CASE(read_back) {
  for_each_entry([](const Row& row, const Json& entry) {
    BOOST_TEST(row.reads(entry));
    BOOST_TEST(serialize(row.rewrites(entry)) == serialize(entry));
  });
}

BOOST_AUTO_TEST_CASE(strict) {
  std::size_t refused = 0;
  std::size_t taken = 0;
  for_each_entry([&](const Row& row, const Json& entry) {
    Json spoiled = entry;
    const auto check = [&] {
      std::optional<Json> rewritten;
      try {
        rewritten = row.rewrites(spoiled);
      } catch (const std::exception&) {
      }
      ++(rewritten ? taken : refused);
      if (rewritten) BOOST_TEST(*rewritten == spoiled, serialize(spoiled));
    };
    for_each_value(spoiled, [&](Json& value) {
      const Json kept = value;
      for (const Json& other : {Json(nullptr), Json(7), Json("x")}) {
        value = other;
        check();
      }
      value = kept;
      if (!kept.is_object()) return;
      value.get_object()["unknown"] = "x";
      check();
      for (const auto& taken_out : kept.get_object()) {
        value = kept;
        value.get_object().stable_erase(value.get_object().find(taken_out.key()));
        check();
      }
      value = kept;
    });
  });
  BOOST_TEST(refused > 1'000u);
  BOOST_TEST(taken > 100u);
}

BOOST_AUTO_TEST_CASE(complete) {
  std::set<std::string> rows;
  for (const Row& row : table().rows()) rows.insert(row.file + ": " + row.name);
  BOOST_TEST(rows.size() == table().rows().size());
  std::set<std::string> entries;
  std::set<std::string> files;
  for (const auto& found : std::filesystem::directory_iterator(folder)) {
    const std::string file = found.path().stem().string();
    files.insert(file);
    if (file == "server") continue;
    for (const auto& entry : golden(file)) {
      entries.insert(file + ": " + std::string(std::string_view(entry.key())));
    }
  }
  BOOST_TEST(entries == rows, boost::test_tools::per_element());

  const std::filesystem::path include = MEMBERSHIP_TESTS_INCLUDE;
  for (const auto& header : std::filesystem::directory_iterator(include / "membership/wire")) {
    const std::string name = header.path().stem().string();
    const std::size_t end = name.rfind("_object");
    if (end != std::string::npos) BOOST_TEST(files.contains(name.substr(0, end)), name);
  }
  for (unsigned value = 1; !to_string(static_cast<EventType>(value)).empty(); ++value) {
    const std::string_view type = to_string(static_cast<EventType>(value));
    BOOST_TEST(entries.contains("event: " + std::string(type)), type);
  }
}

BOOST_AUTO_TEST_CASE(of_the_server) {
  std::string tests;
  for (const auto& found : std::filesystem::directory_iterator(folder / "../server")) {
    if (found.path().extension() == ".py") tests += text_of(found.path());
  }
  for (const auto& [name, answer] : golden("server")) {
    const std::string quoted = '"' + std::string(std::string_view(name)) + '"';
    BOOST_TEST(tests.find(quoted) != std::string::npos, quoted);
    if (answer.at("status").as_int64() < 400) continue;
    BOOST_TEST(serialize(write(read(As<RequestError>{}, answer, catalogue), catalogue)) ==
               serialize(answer));
  }
}

BOOST_AUTO_TEST_SUITE_END()
