#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# Builds the reference server, starts it on a free port over a file of SQLite and shows with curl
# what "create an organization membership" does, and that it survives a restart. Exits non-zero
# where an answer is not as it should be.
# --keep leaves the server running and prints how to talk to it.
set -u
. "$(dirname "$0")/lib.sh"

keep=no
case ${1-} in
  --keep) keep=yes && shift ;;
  -h | --help) sed -n '3,6s/^# //p' tools/demo.sh && exit 0 ;;
esac
[ $# -eq 0 ] || die "usage: tools/demo.sh [--keep]"

require_packages build demo

# ---- build and start the server

say 'building the server'
export CXX=${CXX:-g++-12}
configure demo --buildtype=release -Dtests=disabled -Dexamples=enabled -Dbenchmarks=disabled ||
  die 'configuring failed, see build/demo.log'
ninja -C build/demo examples/server/membership-server >build/demo.log 2>&1 ||
  { tail -n 30 build/demo.log && die 'the build failed, see build/demo.log'; }
echo 'build/demo/examples/server/membership-server'

scratch=$(mktemp -d)
server=
cleanup() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null && wait "$server"; fi
  rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

key=demo-$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
log=$scratch/server.log
store=$scratch/demo.db
if [ "$keep" = yes ]; then
  log=build/demo-server.log
  store=build/demo.db
  rm -f "$store" "$store-wal" "$store-shm"
fi

start_server() { # port
  : >"$log"
  MEMBERSHIP_API_KEY=$key build/demo/examples/server/membership-server --port "$1" \
    --store "sqlite:$store" >"$log" 2>&1 &
  server=$!
  url=
  for _ in $(seq 100); do
    url=$(sed -n 's/^listening on //p' "$log")
    [ -z "$url" ] || return 0
    kill -0 "$server" 2>/dev/null || { cat "$log" && die 'the server ended'; }
    sleep 0.05
  done
  die "the server does not say that it listens, see $log"
}
stop_server() {
  kill "$server"
  wait "$server" || die "the server ended with status $?"
  server=
}

start_server 0
cat <<EOT
It listens on a free port and keeps everything in a file. In the calls below:
  URL=$url
  KEY=$key
EOT

# ---- showing and checking

if [ -t 1 ]; then bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' plain=$'\e[0m'; else bold='' dim='' green='' plain=''; fi
step=0
status=
answer=

title() {
  step=$((step + 1))
  printf '\n%s%d. %s%s\n' "$bold" "$step" "$1" "$plain"
  [ $# -lt 2 ] || printf '%s\n' "$2"
}

# Shows a request as one would type it, sends it, shows the answer.
call() { # method, path[, body]
  local body=()
  printf '\n  %scurl -X %s "%s%s" -H "Authorization: Bearer %s"' "$dim" "$1" "\$URL" "$2" "\$KEY"
  if [ $# -gt 2 ]; then
    printf " \\\\\n    -d '%s'" "$3"
    body=(-d "$3")
  fi
  printf '%s\n' "$plain"
  status=$(curl -sS -X "$1" "$url$2" -H "Authorization: Bearer $key" "${body[@]}" \
    -o "$scratch/answer" -w '%{http_code}') || die "curl could not reach the server"
  answer=$(cat "$scratch/answer")
  printf '  %s%s%s\n' "$bold" "$status" "$plain"
  jq --indent 2 . <<<"$answer" | sed 's/^/  /'
}

# Checks the last answer: its status, then pairs of a jq expression and what it must give.
expect() { # status, word on what it shows, [expression, text]...
  local wanted=$1 shows=$2 found
  shift 2
  [ "$status" = "$wanted" ] || die "expected status $wanted, not $status: $answer"
  while [ $# -gt 0 ]; do
    found=$(jq -r "$1" <<<"$answer") || die "expected JSON, not: $answer"
    [ "$found" = "$2" ] || die "expected $1 to be '$2', not '$found': $answer"
    shift 2
  done
  printf '  %s=> %s%s\n' "$green" "$shows" "$plain"
}

field() { jq -r "$1" <<<"$answer"; }

# ---- the calls

memberships=/user_management/organization_memberships

title 'An organization, two users and a role to work with'
call POST /organizations '{"name":"Acme"}'
expect 201 'the organization exists' .name Acme
organization=$(field .id)
call POST /user_management/users '{"email":"ada@example.com","first_name":"Ada","last_name":"Lovelace"}'
expect 201 'Ada exists' .email ada@example.com
ada=$(field .id)
call POST /user_management/users '{"email":"grace@example.com","first_name":"Grace","last_name":"Hopper"}'
expect 201 'Grace exists' .email grace@example.com
grace=$(field .id)
call POST /authorization/roles '{"slug":"admin","name":"Administrator"}'
expect 201 'the role admin exists, beside the built-in role member' .slug admin .type EnvironmentRole

title 'Create a membership, no role named' 'The default role is given.'
call POST "$memberships" "{\"user_id\":\"$ada\",\"organization_id\":\"$organization\"}"
expect 201 'Ada is an active member' .status active .role.slug member '.roles|length' 1 \
  .organization_name Acme .user.email ada@example.com .user_id "$ada"
membership=$(field .id)
created=$(field .created_at)

title 'Create a membership with an explicit role'
call POST "$memberships" "{\"user_id\":\"$grace\",\"organization_id\":\"$organization\",\"role_slug\":\"admin\"}"
expect 201 'Grace is an administrator' .status active .role.slug admin

title 'Create it again' 'A user has at most one membership in an organization.'
call POST "$memberships" "{\"user_id\":\"$ada\",\"organization_id\":\"$organization\"}"
expect 409 'refused; the answer names the membership that exists' \
  .code organization_membership_already_exists .organization_membership_id "$membership"

title 'Deactivate it' 'The membership stays, and grants nothing.'
call PUT "$memberships/$membership/deactivate"
expect 200 'Ada is an inactive member' .id "$membership" .status inactive .role.slug member

title 'Create it again over the inactive one' 'The same membership comes back, with the role named now.'
call POST "$memberships" "{\"user_id\":\"$ada\",\"organization_id\":\"$organization\",\"role_slug\":\"admin\"}"
expect 201 'same id, same time of creation, active, new role' \
  .id "$membership" .created_at "$created" .status active .role.slug admin
updated=$(field .updated_at)

title 'Reactivate what is active' 'Nothing changes, so nothing is written.'
call PUT "$memberships/$membership/reactivate"
expect 200 'the membership as it was, updated_at included' \
  .id "$membership" .status active .role.slug admin .updated_at "$updated"

title 'Two roles while Multiple Roles is off' \
  'The server allows several roles when started with --multiple-roles on.'
call PUT "$memberships/$membership" '{"role_slugs":["admin","member"]}'
expect 422 'refused' .code multiple_roles_not_enabled

title 'A role that does not exist'
call PUT "$memberships/$membership" '{"role_slug":"boss"}'
expect 422 'refused' .code invalid_role .message "Role 'boss' is not a valid role."

title 'The members of the organization' 'Newest first; none of the refusals has changed anything.'
call GET "$memberships?organization_id=$organization"
expect 200 'Grace and Ada, both active, both administrators' '.data|length' 2 \
  '[.data[].user.first_name]|join(" ")' 'Grace Ada' '[.data[].role.slug]|unique|join(" ")' admin \
  '.list_metadata|tostring' '{"before":null,"after":null}'

title 'The server is stopped and started again' 'The file has everything.'
members=$answer
stop_server
start_server "${url##*:}"
call GET "$memberships?organization_id=$organization"
expect 200 'the same members, to the last byte' '.data|length' 2
[ "$answer" = "$members" ] || die "after the restart: $answer"

printf '\n%sAll answers were as they should be.%s\n' "$bold" "$plain"

if [ "$keep" = yes ]; then
  cat <<EOT

The server goes on running as process $server, over $store. To talk to it:

  URL=$url
  KEY=$key
  curl "\$URL$memberships?organization_id=$organization" -H "Authorization: Bearer \$KEY"

To end it:

  kill $server
EOT
  disown "$server"
  server=
else
  stop_server
fi
