# SPDX-License-Identifier: Apache-2.0
# Completion of clioctl for fish. tests/e2e/test_clioctl_documents.py compares it with clioctl's own help.

# The command that the line has so far: "", "token", "app add".
function __clioctl_command
    set -l words
    set -l skip 0
    for word in (commandline -opc)[2..]
        if test $skip = 1
            set skip 0
        else if contains -- $word --socket --timeout
            set skip 1
        else if not string match -q -- '-*' $word
            set -a words $word
            contains -- $words[1] app key; and test (count $words) -lt 2; or break
        end
    end
    string join ' ' $words
end

function __clioctl_is
    set -l command (__clioctl_command)
    contains -- "$command" $argv
end

# The first column of a listing. The agent may be down: then there is nothing to offer.
function __clioctl_names
    clioctl $argv --timeout 1 2>/dev/null | sed '1d; s/ .*//'
end

complete -c clioctl -f
complete -c clioctl -l socket -r -F -d 'the agent\'s socket'
complete -c clioctl -l timeout -x -d 'wait at most S seconds for each of the agent\'s answers (40)'
complete -c clioctl -l help -d 'print this help'
complete -c clioctl -l version -d 'print the version'

complete -c clioctl -n '__clioctl_is ""' -a login -d 'Log in to Clio in the browser and save the grant as ACCOUNT'
complete -c clioctl -n '__clioctl_is ""' -a token -d 'Print a valid access token'
complete -c clioctl -n '__clioctl_is ""' -a run -d 'Run COMMAND with a token in its environment'
complete -c clioctl -n '__clioctl_is ""' -a report -d 'Report that Clio refused a token'
complete -c clioctl -n '__clioctl_is ""' -a list -d 'List the accounts'
complete -c clioctl -n '__clioctl_is ""' -a show -d 'Show everything about an account except its tokens'
complete -c clioctl -n '__clioctl_is ""' -a default \
    -d 'Show or choose the account that is used when none is named'
complete -c clioctl -n '__clioctl_is ""' -a status -d 'Show the status of the agent'
complete -c clioctl -n '__clioctl_is ""' -a doctor -d 'Say what is wrong, and what to do'
complete -c clioctl -n '__clioctl_is ""' -a refresh -d 'Refresh an account\'s token now'
complete -c clioctl -n '__clioctl_is ""' -a logout -d 'End the grant at Clio and forget the account'
complete -c clioctl -n '__clioctl_is ""' -a events -d 'Print events as they happen'
complete -c clioctl -n '__clioctl_is ""' -a app -d 'List, show, add, check and remove apps'
complete -c clioctl -n '__clioctl_is app' -a list -d 'List the registered apps'
complete -c clioctl -n '__clioctl_is app' -a show -d 'Show everything about an app except its secret'
complete -c clioctl -n '__clioctl_is app' -a add -d 'Add or replace an app'
complete -c clioctl -n '__clioctl_is app' -a check -d 'Look for what a login through an app would meet'
complete -c clioctl -n '__clioctl_is app' -a remove -d 'Remove an app that no account uses'
complete -c clioctl -n '__clioctl_is ""' -a lock -d 'Make the agent forget its key and all tokens'
complete -c clioctl -n '__clioctl_is ""' -a unlock -d 'Open the agent\'s store with a passphrase or the recovery key'
complete -c clioctl -n '__clioctl_is ""' -a key -d 'List, add, remove, rotate and test the keys of the store'
complete -c clioctl -n '__clioctl_is key' -a list -d 'List the key slots, any of which opens the store'
complete -c clioctl -n '__clioctl_is key' -a add \
    -d 'Add a key slot: passphrase, recovery, file PATH or credential NAME'
complete -c clioctl -n '__clioctl_is key' -a remove -d 'Remove a key slot'
complete -c clioctl -n '__clioctl_is key' -a rotate -d 'Make a new data key and re-encrypt all records'
complete -c clioctl -n '__clioctl_is key' -a test -d 'Check that key slots open'
complete -c clioctl -n '__clioctl_is ""' -a backup \
    -d 'Copy apps and accounts into FILE, sealed with a separate passphrase'
complete -c clioctl -n '__clioctl_is ""' -a restore -d 'Restore what is missing from a backup'
complete -c clioctl -n '__clioctl_is ""' -a env -d 'Print shell code that sets CLIO_AGENT_SOCK'
complete -c clioctl -n '__clioctl_is ""' -a help -d 'Explain a command'
complete -c clioctl -n '__clioctl_is ""' -a version -d 'Print the version'

complete -c clioctl -n '__clioctl_is login token report list show default status doctor refresh logout events "app list" "app show" "app check" "app add" "app remove" lock unlock "key list" "key add" "key remove" "key rotate" "key test" backup restore' \
    -l json -d 'print the agent\'s JSON on one line; errors too'

complete -c clioctl -n '__clioctl_is login token run report show default refresh logout' -a '(__clioctl_names list)'
complete -c clioctl -n '__clioctl_is "app show" "app check" "app remove"' -a '(__clioctl_names app list)'
complete -c clioctl -n '__clioctl_is help' -a 'login token run report list show default status doctor refresh logout events app lock unlock key backup restore env version'

complete -c clioctl -n '__clioctl_is login' -l app -x -a '(__clioctl_names app list)' \
    -d 'log in through this app; needed when there are several'
complete -c clioctl -n '__clioctl_is login' -l no-browser -d 'print the page\'s address instead of opening it'
complete -c clioctl -n '__clioctl_is login' -l paste \
    -d 'read the address where the browser ended up; for a browser on another machine'
complete -c clioctl -n '__clioctl_is login' -l replace-user -d 'allow a different Clio user than before'
complete -c clioctl -n '__clioctl_is login' -l accept-unknown-user -d 'keep the user if Clio does not say who logs in'
complete -c clioctl -n '__clioctl_is login' -l list -d 'list the logins that are open, and begin none'
complete -c clioctl -n '__clioctl_is login' -l cancel \
    -d 'cancel the open login of ACCOUNT, or all that are open, and begin none'

complete -c clioctl -n '__clioctl_is token' -l min-ttl -x -d 'get a token valid for at least S more seconds (60)'
complete -c clioctl -n '__clioctl_is token' -l header -d 'print it as a header line'
complete -c clioctl -n '__clioctl_is token' -l curl -d 'print it as a configuration of curl, to pipe to curl -K -'

complete -c clioctl -n '__clioctl_is run' -l min-ttl -x -d 'get a token valid for at least S more seconds (60)'

complete -c clioctl -n '__clioctl_is report' -l generation -x \
    -d 'the refused token\'s generation, as token --json has it (that of the present token)'
complete -c clioctl -n '__clioctl_is report' -l status -x -d 'the HTTP status that Clio answered (401)'

complete -c clioctl -n '__clioctl_is default' -l clear -d 'choose no account'

complete -c clioctl -n '__clioctl_is list' -l state -x -a 'ready refreshing stale needs_attention login_required unknown_outcome' \
    -d 'only accounts that are ready, refreshing, stale, needs_attention, login_required or unknown_outcome'
complete -c clioctl -n '__clioctl_is list' -l app -x -a '(__clioctl_names app list)' -d 'only accounts of this app'
complete -c clioctl -n '__clioctl_is list' -l sort -x -a 'name app state expiry' -d 'by name, app, state or expiry'
complete -c clioctl -n '__clioctl_is events' -l account -x -a '(__clioctl_names list)' -d 'only events of this account'
complete -c clioctl -n '__clioctl_is events' -l since -x \
    -d 'begin with those since WHEN: 2h, 10:00 or \'2026-11-27 10:00\''

complete -c clioctl -n '__clioctl_is refresh logout' -l all -d 'do it for every account'
complete -c clioctl -n '__clioctl_is logout' -l yes -d 'do not ask before --all'
complete -c clioctl -n '__clioctl_is refresh' -l revive -d 'also retry a refresh token that was refused'

complete -c clioctl -n '__clioctl_is logout' -l local -d 'only forget the account here; keep the grant at Clio'

complete -c clioctl -n '__clioctl_is "app add"' -l product -x -a 'manage platform' -d 'manage or platform'
complete -c clioctl -n '__clioctl_is "app add"' -l region -x -a 'us eu ca au' -d 'us, eu, ca or au'
complete -c clioctl -n '__clioctl_is "app add"' -l client-id -x -d 'the app\'s key'
complete -c clioctl -n '__clioctl_is "app add"' -l redirect-uri -x -d 'exactly as registered with Clio; may be repeated'
complete -c clioctl -n '__clioctl_is "app add"' -l secret-file -r -F \
    -d 'read the app\'s secret from FILE (- for standard input) instead of asking for it'
complete -c clioctl -n '__clioctl_is "app add"' -l scope -x -d 'scope to request (platform only)'
complete -c clioctl -n '__clioctl_is "app add"' -l rotation -x -a 'reusable single_use' \
    -d 'reusable or single_use, if not the default of the product'
complete -c clioctl -n '__clioctl_is "app add"' -l pkce -d 'use PKCE even if the product does not by default'
complete -c clioctl -n '__clioctl_is "app add"' -l no-pkce -d 'do not use PKCE even if the product does by default'
complete -c clioctl -n '__clioctl_is "app add"' -l client-auth -x -a 'body basic' \
    -d 'body or basic: how the secret is sent'
complete -c clioctl -n '__clioctl_is "app add"' -l endpoint -x -a 'authorization= token= deauthorize= api_base= who_am_i=' \
    -d 'authorization, token, deauthorize, api_base or who_am_i; may be repeated'
complete -c clioctl -n '__clioctl_is "app add"' -l replace-grants \
    -d 'change it under its accounts, which must then log in again'

complete -c clioctl -n '__clioctl_is unlock "key test" restore' -l accept-cost \
    -d 'try the passphrase even if that takes more time or memory than this program asks for'
complete -c clioctl -n '__clioctl_is "key add" backup' -l accept-weak \
    -d 'take a new passphrase that is short or easy to guess'
complete -c clioctl -n '__clioctl_is unlock "key add" "key test" backup restore' -l stdin \
    -d 'read a line of standard input, even from a terminal'
complete -c clioctl -n '__clioctl_is unlock "key add" "key test" backup restore' -l ask-password \
    -d 'let systemd-ask-password(1) ask'
complete -c clioctl -n '__clioctl_is unlock' -l recovery-key -d 'use the recovery key instead of a passphrase'

complete -c clioctl -n '__clioctl_is "key add"' -a 'passphrase recovery file credential'
complete -c clioctl -n '__clioctl_is "key add"' -F
complete -c clioctl -n '__clioctl_is "key add"' -l calibrate -x \
    -d 'make each passphrase attempt take about MS milliseconds, 100 to 60000'
complete -c clioctl -n '__clioctl_is "key remove"' -a '(__clioctl_names key list)'
complete -c clioctl -n '__clioctl_is "key rotate"' -l wait -d 'wait until all records are re-encrypted'
complete -c clioctl -n '__clioctl_is "key test"' -l passphrase -d 'ask for a passphrase and test it'
complete -c clioctl -n '__clioctl_is "key test"' -l recovery-key -d 'ask for the recovery key and test it'

complete -c clioctl -n '__clioctl_is backup restore' -F
complete -c clioctl -n '__clioctl_is backup' -l move \
    -d 'move the accounts: from now on only the agent that restores the backup uses them'
complete -c clioctl -n '__clioctl_is backup' -l recovery-key \
    -d 'seal it with a new recovery key, which is printed, instead of a passphrase'
