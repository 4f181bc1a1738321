# SPDX-License-Identifier: Apache-2.0
# Completion of clioctl for bash. tests/e2e/test_clioctl_documents.py compares it with clioctl's own help.

# The first column of a listing. The agent may be down: then there is nothing to offer.
_clioctl_names() {
    clioctl "$@" --timeout 1 2>/dev/null | sed '1d; s/ .*//'
}

_clioctl() {
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local command='' options='' words=''
    local -i i

    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
            --)
                mapfile -t COMPREPLY < <(compgen -A command -A file -- "$word")
                return
                ;;
            --socket | --timeout | --app | --min-ttl | --product | --region | --client-id | --redirect-uri | \
                --secret-file | --scope | --rotation | --client-auth | --endpoint | --calibrate) i+=1 ;;
            -*) ;;
            *) [[ -z $command || $command == app || $command == key ]] && command+=${command:+ }${COMP_WORDS[i]} ;;
        esac
    done

    case $previous in
        --socket | --secret-file | file)
            mapfile -t COMPREPLY < <(compgen -A file -- "$word")
            return
            ;;
        --app) words=$(_clioctl_names app list) ;;
        --product) words='manage platform' ;;
        --region) words='us eu ca au' ;;
        --rotation) words='reusable single_use' ;;
        --client-auth) words='body basic' ;;
        --endpoint) words='authorization= token= deauthorize= api_base= who_am_i=' ;;
        --timeout | --min-ttl | --client-id | --redirect-uri | --scope | --calibrate) return ;;
        *)
            case $command in
                '') words='login token run list show status refresh logout events app lock unlock key backup
                    restore env version' ;;
                app) words='list add remove' ;;
                key) words='list add remove rotate test' ;;
                login) options='--app --no-browser --paste --replace-user --json' ;;
                token) options='--min-ttl --json --header' ;;
                run) options='--min-ttl' ;;
                refresh) options='--revive --json' ;;
                logout) options='--local --json' ;;
                unlock) options='--recovery-key --accept-cost --stdin --ask-password --json' ;;
                'key add') options='--calibrate --stdin --ask-password --json' ;;
                'key rotate') options='--wait --json' ;;
                'key test') options='--passphrase --recovery-key --accept-cost --stdin --ask-password --json' ;;
                backup) options='--move --recovery-key --stdin --ask-password --json' ;;
                restore) options='--accept-cost --stdin --ask-password --json' ;;
                list | show | status | events | lock | 'app list' | 'app remove' | 'key list' | 'key remove')
                    options='--json'
                    ;;
                'app add')
                    options='--product --region --client-id --redirect-uri --secret-file --scope --rotation --pkce
                        --no-pkce --client-auth --endpoint --replace-grants --json'
                    ;;
            esac
            options+=' --socket --timeout --help'
            if [[ $word == -* ]]; then
                words=$options
            else
                case $command in
                    login | token | run | show | refresh | logout) words=$(_clioctl_names list) ;;
                    'app remove') words=$(_clioctl_names app list) ;;
                    'key add') words='passphrase recovery file credential' ;;
                    'key remove') words=$(_clioctl_names key list) ;;
                    backup | restore)
                        mapfile -t COMPREPLY < <(compgen -A file -- "$word")
                        return
                        ;;
                esac
            fi
            ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}

complete -F _clioctl clioctl
