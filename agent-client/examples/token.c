/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gets a token and prints its details.
 *
 *     cc token.c $(pkg-config --cflags --libs clio-agent) -o token && ./token [ACCOUNT]
 */
#include <clio_agent.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

int main(int argc, char** argv) {
    const char* account = argc > 1 ? argv[1] : NULL; /* NULL: $CLIO_ACCOUNT, or the only one */
    clio_agent* agent = clio_agent_new(NULL);
    clio_token* token = NULL;
    clio_error* error = NULL;
    int status = 0;

    if (agent == NULL) return 1;
    if (clio_agent_get_token(agent, account, CLIO_DEFAULT_MIN_TTL, &token, &error) == CLIO_OK) {
        /*
         * Send requests to token->api_base here, with "Authorization: Bearer " and token->access_token. If the answer
         * is 401: clio_agent_report(agent, token->account, token->generation, 401, NULL, NULL), and try again.
         */
        printf("%s: generation %" PRIu64 ", good for %" PRId64 " s at %s\n", token->account, token->generation,
               token->expires_at - (int64_t)time(NULL), token->api_base);
    } else {
        fprintf(stderr, "%s\n", error->message);
        status = 1;
    }
    clio_error_free(error);
    clio_token_free(token);
    clio_agent_free(agent);
    return status;
}
