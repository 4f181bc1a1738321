// SPDX-License-Identifier: Apache-2.0
#include "io/server/http_connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "io/server/answer_text.h"

namespace agent {

namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
// A peer that sends more than this after it was refused does not wait for an answer.
constexpr std::uint32_t kMostDropped = std::uint32_t{4} * 1024 * 1024;

ApiMethod method_of(std::string_view word) noexcept {
    if (word == "GET" || word == "HEAD") return ApiMethod::kGet;
    if (word == "POST") return ApiMethod::kPost;
    if (word == "PUT") return ApiMethod::kPut;
    if (word == "DELETE") return ApiMethod::kDelete;
    return ApiMethod::kOther;
}

SecretBuffer empty_buffer() noexcept {
    return SecretBuffer(SecretBuffer::kNoLimit, Content::kPublic);  // locked memory is not for half requests
}

}  // namespace

/// Where the answer goes. Outlives the connection if the ApiReply does, and then ignores everything.
class HttpConnection::Sink final : public ApiSink {
  public:
    explicit Sink(HttpConnection& connection) noexcept : connection_(&connection) {}

    [[nodiscard]] bool peer_has_gone() const noexcept override {
        return connection_ == nullptr || connection_->is_over_;
    }
    void send(ApiAnswer answer) override {
        if (connection_ != nullptr) connection_->send(std::move(answer));
    }
    void begin_stream(std::string_view content_type) override {
        if (connection_ != nullptr) connection_->begin_stream(content_type);
    }
    void write(std::string_view chunk) override {
        if (connection_ != nullptr) connection_->write(chunk);
    }
    void end_stream() override {
        if (connection_ != nullptr) connection_->end_stream();
    }
    void forget() noexcept { connection_ = nullptr; }

  private:
    HttpConnection* connection_;
};

HttpConnection::HttpConnection(Shared& shared, Fd socket, Peer peer)
    : shared_(shared),
      socket_(std::move(socket)),
      peer_(peer),
      parser_({.head_bytes = shared.limits.header_bytes, .body_bytes = shared.limits.body_bytes}),
      input_(empty_buffer()),
      body_(empty_buffer()),
      outbox_(shared.unread, peer.uid) {
    request_.peer = peer;
    allow(shared_.limits.idle, shared_.limits.whole_request);
}

HttpConnection::~HttpConnection() {
    shared_.poll.remove(socket_.get(), *this);
    if (sink_ != nullptr) sink_->forget();
    static_cast<void>(shared_.kept.change(peer_.uid, kept_, 0));
}

HttpConnection::Moment HttpConnection::now() const noexcept {
    return in_turn_ ? shared_.poll.now() : std::chrono::steady_clock::now();
}

void HttpConnection::allow(Duration idle, Duration whole) noexcept {
    const Moment begin = now();
    idle_until_ = begin + idle;
    whole_until_ = begin + whole;
}

bool HttpConnection::is_late(Moment now) const noexcept {
    return (now >= idle_until_ || now >= whole_until_) && !waits_for_turn();
}

bool HttpConnection::waits_for_turn() const noexcept {
    pollfd socket{.fd = socket_.get(), .events = static_cast<short>(awaited_), .revents = 0};
    return ::poll(&socket, 1, 0) > 0;
}

void HttpConnection::allow_all_time() noexcept {
    idle_until_ = whole_until_ = Moment::max();
}

void HttpConnection::on_ready(std::uint32_t events) noexcept {
    has_gone_ = (events & (EPOLLHUP | EPOLLERR)) != 0;
    in_turn_ = true;
    // What a peer sent before it went is still read. One that has closed only its half waits for its answer.
    if (has_gone_ && stage_ != Stage::kReading) is_over_ = true;
    if (!is_over_ && !outbox_.is_empty()) {
        idle_until_ = now() + shared_.limits.idle;
        if (!outbox_.flush(socket_.get())) is_over_ = true;
    }
    if (!is_over_ && outbox_.is_empty()) {
        if (stage_ == Stage::kReading)
            go_on_reading(events);
        else if (stage_ == Stage::kStreaming)
            allow_all_time();
        else if (stage_ == Stage::kAnswering)
            on_sent();
        else if (stage_ == Stage::kLingering)
            drop_input();
    }
    count_kept();
    in_turn_ = false;
    if (is_over_) return shared_.close(*this);
    wait_for_next();
}

void HttpConnection::count_kept() {
    const std::size_t size = 2 * (input_.size() + body_.size()) + outbox_.held();  // a buffer doubles as it grows
    if (!shared_.kept.change(peer_.uid, std::exchange(kept_, size), size)) is_over_ = true;
}

/// Registers only for what the connection cannot go on without.
void HttpConnection::wait_for_next() noexcept {
    std::uint32_t events = 0;
    if (!outbox_.is_empty() || stage_ == Stage::kAnswering || (stage_ == Stage::kReading && parsed_ < input_.size()))
        events = EPOLLOUT;
    else if (stage_ == Stage::kReading || stage_ == Stage::kLingering)
        events = EPOLLIN;
    if (events == awaited_) return;
    awaited_ = events;
    shared_.poll.change(socket_.get(), events, *this);
}

void HttpConnection::go_on_reading(std::uint32_t events) {
    if (parsed_ < input_.size()) {
        const SecretBuffer kept = std::exchange(input_, empty_buffer());
        read_on(kept.view(), std::exchange(parsed_, 0));
    } else if ((events & EPOLLIN) != 0) {
        read();
    } else {
        is_over_ = has_gone_;
    }
}

void HttpConnection::read() {
    const ssize_t size = ::recv(socket_.get(), shared_.input.data(), shared_.input.size(), MSG_DONTWAIT);
    if (size <= 0) {
        is_over_ = size == 0 || (errno != EAGAIN && errno != EINTR);
        return;
    }
    const std::string_view read(shared_.input.data(), static_cast<std::size_t>(size));
    idle_until_ = now() + shared_.limits.idle;
    if (input_.empty()) {
        read_on(read, 0);
    } else {
        SecretBuffer whole = std::exchange(input_, empty_buffer());
        whole.append(read);
        read_on(whole.view(), std::exchange(parsed_, 0));
    }
    wipe(shared_.input.data(), read.size());
}

/// Takes requests from `input`, whose first `parsed` bytes are a head that the parser has read, until one is owed its
/// answer or the turn is over.
void HttpConnection::read_on(std::string_view input, std::size_t parsed) {
    using Found = RequestParser::Found;
    std::size_t begin = 0;  // what is before it is used
    bool is_more = true;
    bool turn_is_over = false;
    while (is_more && !turn_is_over && stage_ == Stage::kReading) {
        const RequestParser::Step step = parser_.read(input.substr(parsed));
        parsed += step.used;
        switch (step.found) {
            case Found::kNothing:
                is_more = false;
                if (owes_continue_) say_continue();
                break;
            case Found::kHead:
                take_head(parser_.head(input.substr(begin, parsed - begin)));
                break;
            case Found::kBody:
                owes_continue_ = false;
                body_.append(step.body);
                break;
            case Found::kEnd:
                handle();
                turn_is_over = parsed < input.size() && shared_.poll.turn_is_over();
                break;
            case Found::kRefusal:
                refuse();
                break;
        }
        if (has_head_ || step.found == Found::kEnd) begin = parsed;
    }
    if (!is_over_ && stage_ != Stage::kLingering) keep(input.substr(begin), parsed - begin);
}

void HttpConnection::keep(std::string_view input, std::size_t parsed) {
    if (input.empty()) return;
    input_.append(input);
    parsed_ = parsed;
}

void HttpConnection::take_head(const RequestHead& head) {
    has_head_ = true;
    request_.method = method_of(head.method);
    request_.path = head.path;
    request_.query = head.query;
    is_head_only_ = head.method == "HEAD";
    is_http_1_0_ = head.is_http_1_0;
    closes_ = !head.keeps_alive;
    owes_continue_ = head.expects_continue && head.has_body;
}

void HttpConnection::say_continue() {
    owes_continue_ = false;
    put_out(kContinue);
}

void HttpConnection::handle() {
    has_head_ = false;
    is_new_ = false;
    owes_continue_ = false;
    request_.body = SecretString(std::exchange(body_, empty_buffer()).view());
    if (has_gone_ && request_.method == ApiMethod::kGet) return;  // it changes nothing, and nobody reads the answer
    stage_ = Stage::kOwed;
    allow_all_time();
    closes_ = closes_ || finishing_;
    if (sink_ == nullptr) sink_ = std::make_shared<Sink>(*this);
    waiting_ = shared_.handler(request_, ApiReply(sink_));
    request_.body = SecretString();
    if (finishing_ && stage_ == Stage::kStreaming) waiting_.reset();  // a stream has no end of its own
    if (stage_ == Stage::kAnswering && outbox_.is_empty() && !is_over_) on_sent();
}

void HttpConnection::refuse() {
    closes_ = lingers_ = true;
    stage_ = Stage::kAnswering;
    allow(shared_.limits.idle, shared_.limits.whole_answer);
    put_out(refusal_text(parser_.refusal()));
    if (outbox_.is_empty() && !is_over_) on_sent();
}

void HttpConnection::put_out(std::string_view text, SecretString secret) {
    if (is_over_ || outbox_.send(socket_.get(), text, std::move(secret))) return;
    is_over_ = true;
}

void HttpConnection::send(ApiAnswer answer) {
    if (stage_ != Stage::kOwed) return;
    stage_ = Stage::kAnswering;
    allow(shared_.limits.idle, shared_.limits.whole_answer);
    std::string& text = shared_.output;
    text.clear();
    append_answer_head(text, answer, closes_ ? After::kClose : is_http_1_0_ ? After::kKeepAlive : After::kNothing);
    put_out(text, is_head_only_ ? SecretString() : std::move(answer.body));
    after_outside_call();
}

void HttpConnection::begin_stream(std::string_view content_type) {
    if (stage_ != Stage::kOwed) return;
    stage_ = is_head_only_ ? Stage::kAnswering : Stage::kStreaming;
    closes_ = true;
    if (is_head_only_) allow(shared_.limits.idle, shared_.limits.whole_answer);
    std::string& text = shared_.output;
    text.clear();
    append_stream_head(text, content_type, !is_http_1_0_);
    put_out(text);
    after_outside_call();
}

void HttpConnection::write(std::string_view chunk) {
    if (stage_ != Stage::kStreaming || chunk.empty()) return;
    if (outbox_.is_empty()) idle_until_ = now() + shared_.limits.idle;
    std::string& text = shared_.output;
    text.clear();
    if (is_http_1_0_)
        text.append(chunk);
    else
        append_chunk(text, chunk);
    put_out(text);
    if (outbox_.is_empty()) allow_all_time();
    if (outbox_.size() > shared_.limits.stream_backlog_bytes) is_over_ = true;
    after_outside_call();
}

void HttpConnection::end_stream() {
    if (stage_ != Stage::kStreaming) return;
    stage_ = Stage::kAnswering;
    allow(shared_.limits.idle, shared_.limits.whole_answer);
    if (!is_http_1_0_) put_out(kLastChunk);
    after_outside_call();
}

/// Called from deep inside the core, it neither closes the connection nor destroys the wait: its next turn does.
void HttpConnection::after_outside_call() {
    if (in_turn_) return;
    count_kept();
    if (is_over_) ::shutdown(socket_.get(), SHUT_RDWR);
    wait_for_next();
}

std::unique_ptr<Waiting> HttpConnection::finish() {
    finishing_ = true;
    if (stage_ != Stage::kReading) closes_ = true;
    return stage_ == Stage::kStreaming ? std::move(waiting_) : nullptr;
}

void HttpConnection::on_sent() {
    waiting_.reset();
    if (sink_.use_count() > 1) {
        sink_->forget();
        sink_.reset();
    }
    if (closes_) return end();
    stage_ = Stage::kReading;
    allow(shared_.limits.idle, shared_.limits.whole_request);
}

/// RFC 9112 section 9.6: closing while the peer still sends would reset the connection, and the peer might lose the
/// answer. So close our half, and drop what it sends until it closes its half.
void HttpConnection::end() {
    ::shutdown(socket_.get(), SHUT_WR);
    stage_ = Stage::kLingering;
    input_ = empty_buffer();
    parsed_ = 0;
    allow(shared_.limits.lingering, shared_.limits.lingering);
    drop_input();
}

void HttpConnection::drop_input() {
    const ssize_t size = ::recv(socket_.get(), shared_.input.data(), shared_.input.size(), MSG_DONTWAIT);
    if (size > 0) {
        wipe(shared_.input.data(), static_cast<std::size_t>(size));
        dropped_ += static_cast<std::uint32_t>(size);
        lingers_ = true;
    }
    const bool is_quiet = size < 0 && (errno == EAGAIN || errno == EINTR);
    if (size == 0 || (size < 0 && !(is_quiet && lingers_)) || dropped_ > kMostDropped) is_over_ = true;
}

}  // namespace agent
