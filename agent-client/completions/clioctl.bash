# SPDX-License-Identifier: Apache-2.0
# Completion of clioctl for bash. tests/e2e/test_clioctl_documents.py compares it with clioctl's own help.

# The first column of a listing. The agent may be down: then there is nothing to offer.
_clioctl_names() {
    clioctl "$@" --timeout 1 2>/dev/null | sed '1d; s/ .*//'
}

# bash takes a word apart at the characters of COMP_WORDBREAKS, such as the @ of an account and the = of an option. This
# sees it whole, and gives bash the part that it asked for.
_clioctl() {
    local -a line=("${COMP_WORDS[@]}")
    local -i at=COMP_CWORD
    if [[ -n ${COMP_LINE-} ]]; then
        read -ra line <<<"${COMP_LINE:0:COMP_POINT}"
        [[ ${COMP_LINE:0:COMP_POINT} == *[[:space:]] ]] && line+=('')
        at=${#line[@]}-1
        if [[ ${line[at]} == --*=* ]]; then
            line=("${line[@]:0:at}" "${line[at]%%=*}" "${line[at]#*=}")
            at+=1
        fi
    fi
    _clioctl_complete
    [[ -n ${COMP_LINE-} ]] || return
    local -i end=${#line[at]}
    while ((end > 0)) && [[ ${COMP_WORDBREAKS-} != *"${line[at]:end-1:1}"* ]]; do end+=-1; done
    ((end > 0)) && [[ ${line[at]:end-1:1} == @ ]] && end+=-1  # readline completes from there (rl_special_prefixes)
    local before=${line[at]:0:end}
    COMPREPLY=("${COMPREPLY[@]#"$before"}")
}

_clioctl_complete() {
    local word=${line[at]} previous=${line[at - 1]}
    local command='' options='' words=''
    local -i i

    for ((i = 1; i < at; i++)); do
        case ${line[i]} in
            --)
                mapfile -t COMPREPLY < <(compgen -A command -A file -- "$word")
                return
                ;;
            --socket | --timeout | --app | --min-ttl | --product | --region | --client-id | --redirect-uri | \
                --secret-file | --scope | --rotation | --client-auth | --endpoint | --calibrate | --generation | --since | \
                --status | --state | --sort | --account) i+=1 ;;
            -*) ;;
            *) [[ -z $command || $command == app || $command == key || $command == help ]] && command+=${command:+ }${line[i]} ;;
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
        --state) words='ready refreshing stale needs_attention login_required unknown_outcome' ;;
        --sort) words='name app state expiry' ;;
        --account) words=$(_clioctl_names list) ;;
        --rotation) words='reusable single_use' ;;
        --client-auth) words='body basic' ;;
        --endpoint) words='authorization= token= deauthorize= api_base= who_am_i=' ;;
        --timeout | --min-ttl | --client-id | --redirect-uri | --scope | --calibrate | --generation | --since | --status) return ;;
        *)
            case $command in
                '') words='login token run report list show default status doctor refresh logout events app lock unlock key
                    backup restore env help version' ;;
                app) words='list show add check remove' ;;
                key) words='list add remove rotate test' ;;
                login) options='--app --no-browser --paste --replace-user --accept-unknown-user --list --cancel --json' ;;
                token) options='--min-ttl --header --curl --json' ;;
                list) options='--state --app --sort --json' ;;
                events) options='--account --since --json' ;;
                report) options='--generation --status --json' ;;
                run) options='--min-ttl' ;;
                default) options='--clear --json' ;;
                refresh) options='--all --revive --json' ;;
                logout) options='--all --yes --local --json' ;;
                unlock) options='--recovery-key --accept-cost --stdin --ask-password --json' ;;
                'key add') options='--calibrate --accept-weak --stdin --ask-password --json' ;;
                'key rotate') options='--wait --json' ;;
                'key test') options='--passphrase --recovery-key --accept-cost --stdin --ask-password --json' ;;
                backup) options='--move --recovery-key --accept-weak --stdin --ask-password --json' ;;
                restore) options='--accept-cost --stdin --ask-password --json' ;;
                show | status | doctor | lock | 'app list' | 'app show' | 'app check' | 'app remove' | 'key list' | 'key remove')
                    options='--json'
                    ;;
                'app add')
                    options='--product --region --client-id --redirect-uri --secret-file --scope --rotation --pkce
                        --no-pkce --client-auth --endpoint --replace-grants --json'
                    ;;
            esac
            options+=' --socket --timeout --help --version'
            if [[ $word == -* ]]; then
                words=$options
            else
                case $command in
                    login | token | run | report | show | default | refresh | logout) words=$(_clioctl_names list) ;;
                    help) words='login token run report list show default status doctor refresh logout events app lock unlock key backup
                        restore env version' ;;
                    'help app') words='list show add check remove' ;;
                    'help key') words='list add remove rotate test' ;;
                    'app show' | 'app check' | 'app remove') words=$(_clioctl_names app list) ;;
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
