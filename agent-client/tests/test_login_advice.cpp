// SPDX-License-Identifier: Apache-2.0
#include "cli/login/advice.h"

#include <map>
#include <string>

#include "expect.h"

using namespace agent;

namespace {

constexpr const char* kUrl =
    "https://eu.app.clio.com/oauth/authorize?response_type=code&client_id=KEY&redirect_uri="
    "http%3A%2F%2F127.0.0.1%3A5678%2Fcallback&state=S";

using Variables = std::map<std::string, std::string>;

std::string hint(const char* redirect_uri, const Variables& variables) {
    const LoginPage page{.host = "app.clio.com", .client_id = "KEY", .redirect_uri = redirect_uri};
    return elsewhere(page, "smith-law", [&](const char* name) -> const char* {
        const auto found = variables.find(name);
        return found == variables.end() ? nullptr : found->second.c_str();
    });
}

}  // namespace

Test(login_advice, of_a_page) {
    const LoginPage page = LoginPage::of(kUrl);
    EXPECT_TEXT(page.host, "eu.app.clio.com");
    EXPECT_TEXT(page.client_id, "KEY");
    EXPECT_TEXT(page.redirect_uri, "http://127.0.0.1:5678/callback");
    cr_expect(page.comes_back());
    const std::string text = what_to_compare(page);
    for (const char* part : {"eu.app.clio.com", "KEY", "http://127.0.0.1:5678/callback"}) EXPECT_CONTAINS(text, part);
}

Test(login_advice, where_the_browser_ends) {
    const auto comes_back = [](const char* redirect_uri) { return LoginPage{"", "", redirect_uri}.comes_back(); };
    cr_expect(comes_back("http://127.0.0.1:1/") && comes_back("http://[::1]:1/") && comes_back("http://localhost:1/"));
    cr_expect(comes_back(""));  // not known: the agent knows what to do
    cr_expect_not(comes_back("https://app.clio.com/oauth/approval") || comes_back("https://example.com/x"));
}

Test(login_advice, for_a_browser_elsewhere) {
    const std::string paste = "    clioctl login --paste smith-law\n";
    const Variables ssh{{"USER", "jane"}, {"SSH_CONNECTION", "198.51.100.1 50000 203.0.113.7 22"}};
    const std::string text = hint("http://127.0.0.1:5678/callback", ssh);
    EXPECT_CONTAINS(text, paste);
    EXPECT_CONTAINS(text, "    ssh -L 5678:127.0.0.1:5678 jane@203.0.113.7\n");
    EXPECT_CONTAINS(hint("http://[::1]:99/", {}), "    ssh -L 99:[::1]:99 USER@HOST\n");
    EXPECT_CONTAINS(hint("http://localhost:99/", {{"SSH_CONNECTION", "odd"}}), "ssh -L 99:localhost:99 USER@HOST\n");
    EXPECT_TEXT(hint("https://app.clio.com/oauth/approval", ssh), "For a browser on another machine:\n" + paste);
}
