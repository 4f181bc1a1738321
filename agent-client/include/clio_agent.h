/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLIO_AGENT_H
#define CLIO_AGENT_H

/*
 * libclio-agent: access tokens for Clio from the agent on this machine (cliod).
 *
 *     clio_agent *agent = clio_agent_new(NULL);
 *     clio_token *token = NULL;
 *     clio_error *error = NULL;
 *     if (clio_agent_get_token(agent, "smith-law", CLIO_DEFAULT_MIN_TTL, &token, &error) == CLIO_OK)
 *         use(token->access_token, token->api_base);
 *     else
 *         fprintf(stderr, "%s\n", error->message);
 *     clio_token_free(token);
 *     clio_error_free(error);
 *     clio_agent_free(agent);
 *
 * Ask for a token each time you need one, and do not keep it: the agent answers from memory, and refreshes tokens in
 * time. If Clio still answers 401, report that and ask again.
 *
 * Threads. Any number of threads may use one agent at once, except during clio_agent_set_timeout() and
 * clio_agent_free(). Nothing is kept between calls, so an agent also works after a fork(). No function changes signal
 * handlers or raises SIGPIPE, writes to standard output or error, or leaks a descriptor to a child.
 *
 * ABI. Only the library allocates and frees structures. Later versions may append members, so never copy, embed or
 * allocate one. Later versions may add codes: treat an unknown one as CLIO_INTERNAL.
 */

#include <stdint.h>

#if defined(__GNUC__)
#define CLIO_API __attribute__((visibility("default")))
#else
#define CLIO_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* The result of a call, by what to do next. The names are those of the agent's local protocol. */
typedef enum clio_code {
    CLIO_OK = 0,
    CLIO_BAD_REQUEST = 1,             /* an argument is invalid; the message says which */
    CLIO_NOT_FOUND = 2,               /* there is no such account */
    CLIO_CONFLICT = 3,                /* the request contradicts what the agent holds */
    CLIO_ACCOUNT_AMBIGUOUS = 4,       /* several accounts, and none was named */
    CLIO_LOGIN_REQUIRED = 5,          /* a person must log in again: clioctl login ACCOUNT */
    CLIO_LOCKED = 6,                  /* a person must unlock the agent */
    CLIO_FORBIDDEN = 7,               /* not allowed for this user, or the socket cannot be trusted */
    CLIO_TEMPORARILY_UNAVAILABLE = 8, /* try again, not before `retry_after`; also when the timeout has passed */
    CLIO_INTERNAL = 9,                /* a fault of the agent, of its answer or of the machine */
    CLIO_NO_AGENT = 10,               /* nobody listens at the socket */
    CLIO_NO_MEMORY = 11,
    CLIO_NEEDS_ATTENTION = 12 /* a person must put something right other than a login: see the message */
} clio_code;

/* Where the agent is and how long to wait for it. */
typedef struct clio_agent clio_agent;

typedef struct clio_token {
    const char* account;
    const char* access_token; /* for "Authorization: Bearer …" */
    const char* api_base;     /* such as "https://app.clio.com/api/v4": another region refuses the token */
    int64_t expires_at;       /* seconds since 1970-01-01T00:00Z */
    uint64_t generation;      /* for clio_agent_report() */
    int min_ttl_met;          /* 0 if the token expires sooner than requested, and there is no better one */
} clio_token;

typedef struct clio_error {
    clio_code code;
    const char* message; /* UTF-8, for a person: what was wrong and what to do. Never holds a token */
    int64_t retry_after; /* seconds; 0 when unknown */
} clio_error;

/* For `min_ttl`: the agent's default (60 seconds). */
#define CLIO_DEFAULT_MIN_TTL (-1)

/*
 * Makes a client of the agent at the socket `path`. If NULL: at $CLIO_AGENT_SOCK, else
 * $XDG_RUNTIME_DIR/cliod/agent.sock if that exists, else /run/cliod/agent.sock. Reads the environment here, but never
 * in a set-user-ID program.
 *
 * Does not connect. Returns NULL when out of memory. Free it with clio_agent_free().
 */
CLIO_API clio_agent* clio_agent_new(const char* path);

/* NULL does nothing. */
CLIO_API void clio_agent_free(clio_agent* agent);

/* The path of the socket; lives as long as `agent`. */
CLIO_API const char* clio_agent_socket_path(const clio_agent* agent);

/*
 * The longest that one call may take in total. The default of 40000 is more than the 30 seconds that the agent waits
 * for a refresh, so that its answer comes first.
 */
CLIO_API void clio_agent_set_timeout(clio_agent* agent, uint32_t milliseconds);

/*
 * Gets a token of `account` that is valid for at least `min_ttl` more seconds, waiting for a refresh if needed. With a
 * NULL account: that of $CLIO_ACCOUNT, else the agent's only account.
 *
 * Opens a new connection each time, and only to a socket placed by root, the user of this process or a system service:
 * the directory must belong to one of them and nobody else may write to it; in a sticky directory such as /tmp the
 * socket must belong to root or this user. Anything else is CLIO_FORBIDDEN.
 *
 * On CLIO_OK, free *token with clio_token_free(). Otherwise *token is untouched and, unless `error` is NULL, *error is
 * set: free it with clio_error_free().
 */
CLIO_API clio_code clio_agent_get_token(const clio_agent* agent, const char* account, int64_t min_ttl,
                                        clio_token** token, clio_error** error);

/* Wipes the token. NULL does nothing. */
CLIO_API void clio_token_free(clio_token* token);

/* What the agent did with a report. */
typedef enum clio_report_outcome {
    CLIO_REPORT_IGNORED = 0,      /* a refresh does not help; do not ask again for this request */
    CLIO_REPORT_NEWER_EXISTS = 1, /* there is already a newer token: ask for it */
    CLIO_REPORT_REFRESHING = 2    /* a refresh is running: asking for the token waits for it */
} clio_report_outcome;

/*
 * Tells the agent that Clio answered `http_status` to the token of `generation`. Only 401 triggers a refresh, at most
 * one per generation, no matter how many clients report it. Does not wait for the refresh. A token that was itself made
 * because of a recent report (10 minutes at first) is not refreshed again: the report is ignored, and `clioctl list`
 * says what to check.
 *
 * `account` is that of the refused token, and must not be NULL. `error` as above. `outcome` may be NULL; it is set only
 * on CLIO_OK.
 */
CLIO_API clio_code clio_agent_report(const clio_agent* agent, const char* account, uint64_t generation, int http_status,
                                     clio_report_outcome* outcome, clio_error** error);

/* NULL does nothing. */
CLIO_API void clio_error_free(clio_error* error);

/* "login_required" for CLIO_LOGIN_REQUIRED, and so on; "unknown" for other numbers. Do not free it. */
CLIO_API const char* clio_code_name(clio_code code);

#ifdef __cplusplus
}
#endif

#endif
