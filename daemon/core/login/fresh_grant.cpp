// SPDX-License-Identifier: Apache-2.0
#include "core/login/fresh_grant.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/log.h"
#include "core/oauth/token_request.h"
#include "core/oauth/who_am_i.h"
#include "protocol/names.h"

namespace agent {

namespace {

using namespace std::chrono_literals;

constexpr std::array<Duration, 3> kPausesBetweenQuestions{1s, 3s, 9s};  // a person waits
constexpr Duration kLongestPause = 20s;                                 // whatever the server asks for
constexpr Duration kPauseBetweenTries = 5s;                             // of storing
constexpr Duration kPauseWhilePersonIsAsked = 30s;

constexpr std::string_view kHowToEnd = "in Clio, under Settings > Apps, remove the application";

std::string described(const ClioUser& user) {
    return user.name + " <" + user.email + ">";
}

/// Empty for an account whose user Clio has not told.
std::optional<ClioUser> known_user(const std::optional<AccountFacts>& account) {
    return account && is_known(account->user) ? account->user : std::nullopt;
}

}  // namespace

FreshGrant::FreshGrant(World world, const AppRegistry& apps, AccountBook& book, Grant grant, bool accepts_unknown_user,
                       Hooks hooks)
    : world_(world),
      apps_(apps),
      book_(book),
      grant_(std::move(grant)),
      hooks_(std::move(hooks)),
      accepts_unknown_user_(accepts_unknown_user) {}

void FreshGrant::ask() {
    const App* const app = this->app();
    if (app == nullptr || app->endpoints.who_am_i.empty()) return store();
    ++times_asked_;
    call_ = world_.http.send(
        who_am_i_request(*app, grant_.tokens.access_token.reveal()),
        [this](const tl::expected<HttpResponse, HttpFailure>& asked) { take_user(read_who_am_i(asked)); });
}

/// A refusal is doubted once: it says that the application lacks a permission, which no patience mends.
std::optional<Duration> FreshGrant::pause_before_asking_again(const Error& why) const {
    const std::size_t times = why.code == Error::Code::kForbidden ? 1 : kPausesBetweenQuestions.size();
    if (times_asked_ > times) return std::nullopt;
    const Duration pause = kPausesBetweenQuestions.at(times_asked_ - 1);
    return std::clamp<Duration>(why.retry_after, pause, kLongestPause);
}

void FreshGrant::take_user(Result<ClioUser> user) {
    const auto answered = std::move(call_);
    if (user) {
        grant_.user = *std::move(user);
        why_unknown_.clear();
        return store();
    }
    why_unknown_ = user.error().message;
    const auto pause = pause_before_asking_again(user.error());
    if (!pause) return store();
    pause_ = world_.timers.after(*pause, [this] { ask(); });
    hooks_.tell("Clio has not said yet who logged in (" + why_unknown_ + "); the agent asks again");
}

void FreshGrant::accept_unknown_user() {
    accepts_unknown_user_ = true;
    grant_.counts_as = asked_about_;
    if (awaits_person_ && !call_) store();  // else Clio may still say it
}

void FreshGrant::hurry() {
    hurried_ = true;
    if (storing_) return;
    call_.reset();
    store();
}

void FreshGrant::try_once_more() {
    last_try_ = true;
    hurry();
}

void FreshGrant::store() {
    pause_.reset();
    if (app() == nullptr)
        return drop("app_changed", "app " + grant_.app +
                                       " was removed or changed while this login was under way, so its new grant "
                                       "belongs to the app as it was and is not kept; to end it, " +
                                       std::string(kHowToEnd) + "; log in again");
    const auto present = book_.facts(grant_.account);
    before_ = present ? std::optional(*present) : std::nullopt;
    const std::optional<ClioUser> user_before = known_user(before_);
    if (!grant_.replace_user && is_other_user(user_before, grant_.user))
        return drop("user_mismatch",
                    "account " + grant_.account + " belongs to " + described(*user_before) + ", this login to " +
                        described(*grant_.user) +
                        "; the old grant is kept, the new one is not; log in under another name, or use "
                        "--replace-user to replace the old one");
    if (user_before && accepts_unknown_user_ && grant_.counts_as == 0) grant_.counts_as = user_before->id;
    if (grant_.may_be_of_another_than(user_before)) return await_person(*user_before);
    if (std::exchange(awaits_person_, false)) hooks_.tell("the new tokens are being stored");
    storing_ = book_.adopt(grant_.clone(), [this](const Result<void>& stored) {
        const auto over = std::move(storing_);
        take_outcome(stored);
    });
}

/// Goes on asking Clio, too.
void FreshGrant::await_person(const ClioUser& user_before) {
    const std::string known = "Clio has not said who logged in" +
                              (why_unknown_.empty() ? "" : " (" + why_unknown_ + ")") + ", and account " +
                              grant_.account + " belongs to " + described(user_before);
    const std::string how = "clioctl login --accept-unknown-user " + as_operand(grant_.account);
    if (hurried_)
        return drop("user_unknown",
                    known + "; the old grant is kept, the new one is not; if it was the same user: " + how);
    awaits_person_ = true;
    asked_about_ = user_before.id;
    pause_ = world_.timers.after(kPauseWhilePersonIsAsked, [this] { ask(); });
    hooks_.ask_a_person(known + "; if it was the same user: " + how);
}

void FreshGrant::take_outcome(const Result<void>& stored) {
    if (stored) {
        if (!why_unknown_.empty())
            log(LogLevel::kWarning, "Clio did not say who logged in",
                {{"account", grant_.account}, {"reason", why_unknown_}});
        const std::string user = !grant_.user ? "" : grant_.user->name.empty() ? grant_.user->email : grant_.user->name;
        const auto ended = std::move(hooks_.ended);
        return ended(Kept{.user = user, .detail = remarks()});
    }
    stuck_ = true;
    const std::string& why = stored.error().message;
    if (last_try_)
        return drop("store_failed", "the new tokens could not be stored: " + why +
                                        "; their grant lives on at Clio; to "
                                        "end it, " +
                                        std::string(kHowToEnd) + "; log in again");
    pause_ = world_.timers.after(kPauseBetweenTries, [this] { store(); });
    hooks_.tell_stuck("the new tokens cannot be stored yet: " + why +
                      "; the agent keeps them in memory and tries again");
}

std::string FreshGrant::remarks() const {
    std::string text;
    const auto user_before = known_user(before_);
    if (!why_unknown_.empty()) {
        text = "Clio did not say who logged in (" + why_unknown_ + ")";
        if (user_before && !grant_.replace_user)
            text += ", so the account still counts as that of " + described(*user_before);
    }
    const bool had_grant = before_ && before_->state != AccountState::kLoginRequired;
    if (!had_grant) return text;
    if (!text.empty()) text += "; ";
    const bool is_others = is_other_user(user_before, grant_.user);
    text += "the grant that the account had before lives on at Clio; to end it, ";
    text += is_others ? described(*user_before) + " can remove the application in Clio, under Settings > Apps"
                      : std::string(kHowToEnd) + ", which ends the new one too, and log in again";
    return text;
}

void FreshGrant::drop(std::string error, std::string detail) {
    log(LogLevel::kWarning, "a login's grant is not kept, and lives on at Clio",
        {{"account", grant_.account}, {"reason", detail}});
    const auto ended = std::move(hooks_.ended);
    ended(tl::unexpected(Dropped{.error = std::move(error), .detail = std::move(detail)}));
}

}  // namespace agent
