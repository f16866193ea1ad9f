<?php

// One page of a shop with the module. In: JSON {settings, code, product, category, area}; out: {html, policies, registered}.

declare(strict_types=1);

error_reporting(E_ALL);
set_error_handler(static function (int $level, string $message): never {
    throw new ErrorException($message, 0, $level);
});

require __DIR__ . '/magento.php';

use Magento\Catalog\Helper\Data as Catalog;
use Magento\Csp\Model\Policy\FetchPolicy;
use Magento\Framework\App\Config\ScopeConfigInterface;
use Magento\Framework\App\State;
use Magento\Framework\Component\ComponentRegistrar;
use Magento\Framework\View\Element\Template;
use Magento\Framework\View\Helper\SecureHtmlRenderer;
use Magento\Store\Model\StoreManagerInterface;

$module = $argv[1];
require $module . '/registration.php';
require $module . '/Model/Config.php';
require $module . '/Model/Csp/AssistantPolicies.php';
require $module . '/ViewModel/Assistant.php';

$asked = json_decode(stream_get_contents(STDIN), true, 16, JSON_THROW_ON_ERROR);

$settings = new class ($asked['settings']) implements ScopeConfigInterface {
    public function __construct(private array $values)
    {
    }

    public function getValue($path, $scopeType = 'default', $scopeCode = null)
    {
        if ($scopeType !== 'store') {
            throw new LogicException('not asked for the store view at hand');
        }

        return $this->values[$path] ?? null;
    }

    public function isSetFlag($path, $scopeType = 'default', $scopeCode = null)
    {
        return (bool) $this->getValue($path, $scopeType, $scopeCode);
    }
};
$entity = static fn (mixed $id): ?object => $id === null ? null : new class ($id) {
    public function __construct(private mixed $id)
    {
    }

    public function getId(): mixed
    {
        return $this->id;
    }
};
$catalog = new Catalog($entity($asked['product']), $entity($asked['category']));
$stores = new class ($asked['code']) implements StoreManagerInterface {
    public function __construct(private string $code)
    {
    }

    public function getStore($storeId = null)
    {
        return new class ($this->code) {
            public function __construct(private string $code)
            {
            }

            public function getCode(): string
            {
                return $this->code;
            }
        };
    }
};

$config = new Vitrina\Assistant\Model\Config($settings);
$block = new Template([
    'view_model' => new Vitrina\Assistant\ViewModel\Assistant($config, $stores, $catalog),
]);
$secureRenderer = new SecureHtmlRenderer();
ob_start();
require $module . '/view/frontend/templates/assistant.phtml';
$html = trim(ob_get_clean());

$policies = (new Vitrina\Assistant\Model\Csp\AssistantPolicies($config, new State($asked['area'])))
    ->collect([new FetchPolicy('img-src')]);
echo json_encode([
    'html' => $html,
    'policies' => array_map(static fn (FetchPolicy $one): array => [$one->id, $one->hostSources], $policies),
    'registered' => ComponentRegistrar::$registered,
], JSON_THROW_ON_ERROR);
