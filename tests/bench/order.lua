-- A purchase at the incumbent, with the edge's own checks: the token's signature (HS256, by nginx's own libcrypto) and its
-- expiry, the idempotency key, the body; then one script in Redis that checks the shopper, checks and takes the stock, and
-- records the shopper and the order.
local base64 = require "ngx.base64"
local cjson = require "cjson.safe"
local ffi = require "ffi"
local redis = require "nginx.redis"

ffi.cdef [[
const void *EVP_sha256(void);
unsigned char *HMAC(const void *hash, const void *key, int key_size, const unsigned char *text, size_t size,
                    unsigned char *out, unsigned int *out_size);
]]

local SCRIPT = [[
if redis.call('SISMEMBER', KEYS[2], ARGV[1]) == 1 then return -2 end
local units = tonumber(ARGV[2])
if tonumber(redis.call('GET', KEYS[1]) or '0') < units then return -1 end
redis.call('DECRBY', KEYS[1], units)
redis.call('SADD', KEYS[2], ARGV[1])
redis.call('RPUSH', KEYS[3], ARGV[3])
return 0
]]

local M = {}
local secret, socket, script
local sha256, digest = ffi.C.EVP_sha256(), ffi.new("unsigned char[32]")

function M.open(key_file, redis_socket)
  local file = assert(io.open(key_file))
  secret = file:read("*l")
  file:close()
  socket = "unix:" .. redis_socket
end

local function signed_by_us(text, signature)
  ffi.C.HMAC(sha256, secret, #secret, text, #text, digest, nil)
  return ffi.string(digest, 32) == signature
end

local function shopper_of(authorization)
  if not authorization or authorization:sub(1, 7) ~= "Bearer " then return end
  local dot = authorization:find(".", 8, true)
  local last = dot and authorization:find(".", dot + 1, true)
  if not last then return end
  local signature = base64.decode_base64url(authorization:sub(last + 1))
  if not signature or not signed_by_us(authorization:sub(8, last - 1), signature) then return end
  local head = cjson.decode(base64.decode_base64url(authorization:sub(8, dot - 1)) or "")
  local claims = cjson.decode(base64.decode_base64url(authorization:sub(dot + 1, last - 1)) or "")
  if not head or head.alg ~= "HS256" or not claims or ngx.time() >= claims.exp then return end
  return claims.sub
end

local function answer(status, content_type, body)
  ngx.status = status
  ngx.header["Content-Type"] = content_type
  ngx.header["Content-Length"] = #body
  ngx.print(body)
end

local function problem(status, name, title, detail)
  answer(status, "application/problem+json", '{"detail":"' .. detail .. '","status":' .. status .. ',"title":"' .. title
    .. '","type":"/problems/' .. name .. '"}')
end

local function ask(sale, sku, units, shopper, key, at)
  local db = redis:new()
  db:set_timeout(10000)
  local ok, err = db:connect(socket)
  if not ok then return nil, err end
  if not script then script = assert(db:script("LOAD", SCRIPT)) end
  local taken, err = db:evalsha(script, 3, "stock:" .. sku, "shoppers:" .. sale, "orders:" .. sale, shopper, units,
    key .. " " .. sku .. " " .. units .. " " .. shopper .. " " .. at)
  db:set_keepalive(600000, 1024)
  return taken, err
end

function M.place(sale)
  local var = ngx.var
  local shopper = shopper_of(var.http_authorization)
  if not shopper then return problem(401, "login-required", "Log-in required", "Please log in first.") end
  local key = var.http_idempotency_key
  if not key then return problem(400, "key-missing", "Idempotency key missing", "A purchase names itself.") end
  ngx.req.read_body()
  local wanted = cjson.decode(ngx.req.get_body_data() or "")
  if not wanted or not wanted.sku then return problem(400, "bad-request", "Bad request", "The body is not a purchase.") end
  local units, at = wanted.units or 1, math.floor(ngx.now() * 1000)
  local taken, err = ask(sale, wanted.sku, units, shopper, key, at)
  if not taken then return problem(503, "too-busy", "Too busy", err or "Redis is away.") end
  if taken == -1 then return problem(409, "sold-out", "Sold out", "No unit is left anywhere.") end
  if taken == -2 then return problem(409, "limit-reached", "Limit reached", "One unit is the limit for a shopper.") end
  local id = ngx.md5(sale .. "\n" .. shopper .. "\n" .. key)
  ngx.header["Location"] = "/api/orders/" .. id
  answer(201, "application/json", '{"status":"reserved","order":{"id":"' .. id .. '","sale":"' .. sale .. '","sku":"'
    .. wanted.sku .. '","units":' .. units .. ',"state":"reserved","placed_at_ms":' .. string.format("%d", at) .. '}}')
end

return M
