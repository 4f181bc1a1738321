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
complete -c clioctl -l timeout -x -d 'wait at most S seconds for each answer of the agent (40)'
complete -c clioctl -l help -d 'print this'

complete -c clioctl -n '__clioctl_is ""' -a login -d 'Log in to Clio in the browser, and keep the grant as ACCOUNT'
complete -c clioctl -n '__clioctl_is ""' -a token -d 'Print an access token that works'
complete -c clioctl -n '__clioctl_is ""' -a run -d 'Run COMMAND with a token in its environment'
complete -c clioctl -n '__clioctl_is ""' -a list -d 'List the accounts'
complete -c clioctl -n '__clioctl_is ""' -a show -d 'Show all that is known of an account, but its tokens'
complete -c clioctl -n '__clioctl_is ""' -a status -d 'Show how the agent is'
complete -c clioctl -n '__clioctl_is ""' -a refresh -d 'Refresh an account\'s token now'
complete -c clioctl -n '__clioctl_is ""' -a logout -d 'End the grant at Clio and forget the account'
complete -c clioctl -n '__clioctl_is ""' -a events -d 'Print what happens, as it happens'
complete -c clioctl -n '__clioctl_is ""' -a app -d 'List, add and remove apps'
complete -c clioctl -n '__clioctl_is app' -a list -d 'List the registered apps'
complete -c clioctl -n '__clioctl_is app' -a add -d 'Add an app, or replace it'
complete -c clioctl -n '__clioctl_is app' -a remove -d 'Remove an app that no account uses'
complete -c clioctl -n '__clioctl_is ""' -a lock -d 'Have the agent forget the key, and with it all tokens'
complete -c clioctl -n '__clioctl_is ""' -a unlock -d 'Open the agent\'s store with a passphrase or the recovery key'
complete -c clioctl -n '__clioctl_is ""' -a key -d 'List, add, remove, rotate and test the keys of the store'
complete -c clioctl -n '__clioctl_is key' -a list -d 'List the key slots, each of which opens the store'
complete -c clioctl -n '__clioctl_is key' -a add \
    -d 'Add a key slot: passphrase, recovery, file PATH or credential NAME'
complete -c clioctl -n '__clioctl_is key' -a remove -d 'Remove a key slot'
complete -c clioctl -n '__clioctl_is key' -a rotate -d 'Make a new data key, and seal everything anew'
complete -c clioctl -n '__clioctl_is key' -a test -d 'Try whether the key slots open, changing nothing'
complete -c clioctl -n '__clioctl_is ""' -a backup \
    -d 'Copy apps and accounts into FILE, sealed with a passphrase of its own'
complete -c clioctl -n '__clioctl_is ""' -a restore -d 'Take in what a backup has and the agent has not'
complete -c clioctl -n '__clioctl_is ""' -a env -d 'Print shell code that sets CLIO_AGENT_SOCK'
complete -c clioctl -n '__clioctl_is ""' -a version -d 'Print the version'

complete -c clioctl -n '__clioctl_is login token list show status refresh logout events "app list" "app add" "app remove" lock unlock "key list" "key add" "key remove" "key rotate" "key test" backup restore' \
    -l json -d 'print the agent\'s JSON, on one line; errors too'

complete -c clioctl -n '__clioctl_is login token run show refresh logout' -a '(__clioctl_names list)'
complete -c clioctl -n '__clioctl_is "app remove"' -a '(__clioctl_names app list)'

complete -c clioctl -n '__clioctl_is login' -l app -x -a '(__clioctl_names app list)' \
    -d 'log in through this app; needed when there are several'
complete -c clioctl -n '__clioctl_is login' -l no-browser -d 'print the page\'s address and open nothing'
complete -c clioctl -n '__clioctl_is login' -l paste \
    -d 'read the address that the browser ended on: for a browser on another machine'
complete -c clioctl -n '__clioctl_is login' -l replace-user -d 'accept another Clio user than the account had before'

complete -c clioctl -n '__clioctl_is token' -l min-ttl -x -d 'a token that lives S seconds more (60)'
complete -c clioctl -n '__clioctl_is token' -l header -d 'print it as a header line, for a pipe to curl -H @-'

complete -c clioctl -n '__clioctl_is run' -l min-ttl -x -d 'a token that lives S seconds more (60)'

complete -c clioctl -n '__clioctl_is refresh' -l revive -d 'also try the refresh token that was refused, once more'

complete -c clioctl -n '__clioctl_is logout' -l local -d 'forget the account here, and leave the grant at Clio as it is'

complete -c clioctl -n '__clioctl_is "app add"' -l product -x -a 'manage platform' -d 'manage or platform'
complete -c clioctl -n '__clioctl_is "app add"' -l region -x -a 'us eu ca au' -d 'us, eu, ca or au'
complete -c clioctl -n '__clioctl_is "app add"' -l client-id -x -d 'the app\'s key'
complete -c clioctl -n '__clioctl_is "app add"' -l redirect-uri -x -d 'exactly as registered with Clio'
complete -c clioctl -n '__clioctl_is "app add"' -l secret-file -r -F \
    -d 'read the app\'s secret from FILE, or from standard input for -; else a prompt asks'
complete -c clioctl -n '__clioctl_is "app add"' -l scope -x -d 'what to ask for (platform only)'
complete -c clioctl -n '__clioctl_is "app add"' -l rotation -x -a 'reusable single_use' \
    -d 'reusable or single_use, if not as the product has it'
complete -c clioctl -n '__clioctl_is "app add"' -l pkce -d 'use PKCE, even where the product does not imply it'
complete -c clioctl -n '__clioctl_is "app add"' -l no-pkce -d 'use no PKCE, even where the product implies it'
complete -c clioctl -n '__clioctl_is "app add"' -l client-auth -x -a 'body basic' \
    -d 'body or basic: how the secret is sent'
complete -c clioctl -n '__clioctl_is "app add"' -l endpoint -x -a 'authorization= token= deauthorize= api_base= who_am_i=' \
    -d 'authorization, token, deauthorize, api_base or who_am_i; may stand several times'

complete -c clioctl -n '__clioctl_is unlock "key add" "key test" backup restore' -l stdin \
    -d 'read a line of standard input, even from a terminal'
complete -c clioctl -n '__clioctl_is unlock "key add" "key test" backup restore' -l ask-password \
    -d 'let systemd-ask-password(1) ask'
complete -c clioctl -n '__clioctl_is unlock' -l recovery-key -d 'with the recovery key in place of a passphrase'

complete -c clioctl -n '__clioctl_is "key add"' -a 'passphrase recovery file credential'
complete -c clioctl -n '__clioctl_is "key add"' -F
complete -c clioctl -n '__clioctl_is "key add"' -l calibrate -x \
    -d 'let one try of the passphrase take about MS milliseconds, 100 to 60000'
complete -c clioctl -n '__clioctl_is "key remove"' -a '(__clioctl_names key list)'
complete -c clioctl -n '__clioctl_is "key rotate"' -l wait -d 'return when everything is sealed anew'
complete -c clioctl -n '__clioctl_is "key test"' -l passphrase -d 'ask for a passphrase, and try it'
complete -c clioctl -n '__clioctl_is "key test"' -l recovery-key -d 'ask for the recovery key, and try it'

complete -c clioctl -n '__clioctl_is backup restore' -F
complete -c clioctl -n '__clioctl_is backup' -l move \
    -d 'give the accounts away: from now on they are used where the backup is restored'
complete -c clioctl -n '__clioctl_is backup' -l recovery-key \
    -d 'seal it for a recovery key, which is made and printed, in place of a passphrase'
